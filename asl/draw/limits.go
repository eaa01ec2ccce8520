package draw

import (
	"clinical-risk-pipeline/asl/value"
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl"
)

// Limits of a drawing. A larger drawing takes long, and nobody can read it.
const (
	maxStates      = 500
	maxTransitions = 1000
	maxDepth       = 25 // of Map and Parallel states inside each other
	maxName        = 80 // characters of a state name, as in Step Functions
	maxLabelLines  = 6
)

// size counts what is drawn.
type size struct{ states, transitions, depth int }

// checkSize returns an error for each limit that the definition exceeds.
func checkSize(machine *value.Object) error {
	var s size
	s.add(machine, 0)
	var errs []error
	for _, limit := range []struct {
		what       string
		count, max int
	}{
		{"states", s.states, maxStates},
		{"transitions", s.transitions, maxTransitions},
		{"levels of nested Map and Parallel states", s.depth, maxDepth},
	} {
		if limit.count > limit.max {
			errs = append(errs, fmt.Errorf("the definition has %d %s, more than a drawing can show (%d): draw a part of it",
				limit.count, limit.what, limit.max))
		}
	}
	return errors.Join(errs...)
}

func (s *size) add(machine *value.Object, depth int) {
	s.depth = max(s.depth, depth)
	states, _ := machine.Value("States").(*value.Object)
	s.states += max(1, states.Len()) // a machine without states is drawn as a missing one
	for _, m := range states.Members() {
		name := m.Key
		fields, _ := m.Value.(*value.Object)
		s.transitions += len(transitions(name, fields, depth > 0))
		for _, inner := range asl.Inner(fields) {
			s.add(inner, depth+1)
		}
	}
}
