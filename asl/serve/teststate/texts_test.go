package teststate

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// TestTextsKeepParts tests which parts of a request keep their blanks: those that are not too deep, so that deep ones cost no time.
func TestTextsKeepParts(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + "{ }" + strings.Repeat("]", n) }
	for _, c := range []struct {
		reason, source, part, want string
	}{
		{"a part", `{"a": [1,  2]}`, `[1, 2]`, `[1,  2]`},
		{"the whole", `{"a": 1 }`, `{"a": 1}`, `{"a": 1 }`},
		{"neither", `{"a": 1 }`, `[1, 2]`, `[1,2]`},
		{"the first of equal ones, in the order of their names", `{"b": [2 ], "a": [2]}`, `[2 ]`, `[2]`},
		{"the deepest part", nested(maxKept), `{}`, `{ }`},
		{"a part that is too deep", nested(maxKept + 1), `{}`, `{}`},
		{"a text", `{"a": "[ ]"}`, `"[ ]"`, `"[ ]"`},
	} {
		kept := (&test{in: &Input{Input: &c.source}}).texts()
		part, err := asl.Decode([]byte(c.part))
		if err != nil {
			t.Fatal(err)
		}
		if got := *kept.of(part); got != c.want {
			t.Errorf("%s: got %s, want %s", c.reason, got, c.want)
		}
	}
}
