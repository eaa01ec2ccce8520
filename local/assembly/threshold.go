package assembly

import (
	"fmt"
	"regexp"
	"strconv"
)

// WithThreshold returns a copy of the state machine that alerts above another risk, between 0 and 1, both excluded. It changes the
// number in every place of the definition: in the comparison, in records, in messages and in comments. If the definition has its threshold
// elsewhere, too, or not as a number, that is an error.
//
// Requirements: SRC-02
func (m *StateMachine) WithThreshold(threshold float64) (*StateMachine, error) {
	if !(threshold > 0 && threshold < 1) {
		return nil, fmt.Errorf("--threshold must be between 0 and 1, both excluded, got %v", threshold)
	}
	defined, known := m.Threshold()
	if !known {
		return nil, fmt.Errorf("state machine %s/%s: the definition does not have its threshold as a number: omit --threshold", m.Stack, m.LogicalID)
	}
	old, with := strconv.FormatFloat(defined, 'f', -1, 64), strconv.FormatFloat(threshold, 'f', -1, 64)
	place := regexp.MustCompile(`(> ?|"threshold\\*": ?|Threshold: \\" & \(|[Aa]bove |"NumericGreaterThan": ?)` + regexp.QuoteMeta(old) + `(\.?[^0-9.]|$)`)
	changed := *m
	changed.Definition = place.ReplaceAll(m.Definition, []byte("${1}"+with+"${2}"))
	changed.DefinedThreshold = &defined
	number := regexp.MustCompile(`(^|[^0-9.])` + regexp.QuoteMeta(old) + `([^0-9]|$)`)
	got, known := changed.Threshold()
	if !known || got != threshold || old != with && number.Match(changed.Definition) {
		return nil, fmt.Errorf("state machine %s/%s: the definition has the threshold %s in a place that --threshold does not know: change the threshold of the environment, and run `make synth`",
			m.Stack, m.LogicalID, old)
	}
	return &changed, nil
}
