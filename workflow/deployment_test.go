package workflow

import "testing"

func TestStackName(t *testing.T) {
	if got := StackName("prod", CohortStack); got != "Prod-CohortRisk" {
		t.Errorf("got %q", got)
	}
}
