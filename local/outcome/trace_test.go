package outcome

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The events of a history do not always follow an event of their own state.
func TestFollow(t *testing.T) {
	iterations := `{"StartAt": "M", "States": {
		"M": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "Next": "After"},
		"After": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.missing %}", "End": true}}}`
	got := follow(execute(t, iterations, []any{1.0, 2.0}, nil).History)
	if diff := cmp.Diff([][2]string{{"M", "I"}, {"M", "I"}, {"M", "After"}}, got.transitions); diff != "" {
		t.Errorf("transitions (-want +got):\n%s", diff)
	}
	if got.last != "After" {
		t.Errorf("the last state is %q, want the one whose evaluation failed", got.last)
	}
}
