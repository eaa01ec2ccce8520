package evidence

import "testing"

// The project's own list, code and tests agree. `make evidence` runs the tests, too.
func TestRequirementsCodeAndTestsAgree(t *testing.T) {
	traced, err := Trace(&Settings{Root: "..", Requirements: "docs/requirements.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	for _, disagreement := range traced.Disagreements {
		t.Error(disagreement)
	}
	if len(traced.Requirements) == 0 || len(traced.Marks) == 0 {
		t.Errorf("%d requirements, %d marks", len(traced.Requirements), len(traced.Marks))
	}
}
