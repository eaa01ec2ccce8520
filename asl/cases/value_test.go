package cases

import (
	"testing"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/document"
)

func TestNumbersThatJSONLacks(t *testing.T) {
	n, faults := document.YAML([]byte("a: 0x1F\nb: [1_000, .5, 20]\n"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	v, faults := jsonOf(n, "input")
	if len(faults) != 3 || faults[2].Line != 2 || faults[2].Field != "input.b[1]" {
		t.Errorf("faults %v", faults)
	}
	if got := v.(*value.Object).Value("b").([]any)[2]; got != 20.0 {
		t.Errorf("got %v", got)
	}
}
