package assembly

import (
	"bytes"
	"strings"
	"testing"
)

// Requirements: SRC-02
func TestWithThreshold(t *testing.T) {
	a, err := Open("testdata/cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	for environment, form := range map[string]Form{"dev": OneSubject, "full": WholeCohort} {
		m, err := a.StateMachine(environment, form)
		if err != nil {
			t.Fatal(err)
		}
		before := bytes.Clone(m.Definition)
		changed, err := m.WithThreshold(0.5)
		if err != nil {
			t.Fatal(err)
		}
		if got, known := changed.Threshold(); !known || got != 0.5 || *changed.DefinedThreshold != 0.75 {
			t.Errorf("%s: the threshold is %v", environment, got)
		}
		if strings.Contains(string(changed.Definition), "0.75") || !bytes.Equal(m.Definition, before) || m.DefinedThreshold != nil {
			t.Errorf("%s: the old threshold is left, or the state machine itself changed:\n%s", environment, changed.Definition)
		}
		if changed.Digest != m.Digest {
			t.Errorf("%s: the digest is that of the template", environment)
		}
	}
}

// Requirements: SRC-02
func TestThresholdsThatCannotChange(t *testing.T) {
	machine := func(condition string) *StateMachine {
		return &StateMachine{Stack: "S", LogicalID: "M", Definition: []byte(`{"States": {"CheckRisk": {"Type": "Choice", "Choices": [{"Condition": "` +
			condition + `", "Next": "NotifyTeam"}]}}}`)}
	}
	for _, c := range []struct {
		condition string
		threshold float64
		want      string
	}{
		{"{% $risk > 0.75 %}", 1, "--threshold must be between 0 and 1, both excluded, got 1"},
		{"{% $risk > 0.75 %}", 0, "got 0"},
		{"{% $risk > $limit %}", 0.5, "does not have its threshold as a number: omit --threshold"},
		{"{% $risk > 0.75 or $other = 0.75 %}", 0.5, "in a place that --threshold does not know"},
	} {
		if _, err := machine(c.condition).WithThreshold(c.threshold); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %v: error %v, want %q", c.condition, c.threshold, err, c.want)
		}
	}
	if m, err := machine("{% $risk > 0.75 and 10.75 < 20.755 %}").WithThreshold(0.75); err != nil || m.DefinedThreshold == nil {
		t.Errorf("the same threshold: %v", err)
	}
}
