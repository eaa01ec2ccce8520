// Package draw renders a state machine of the Amazon States Language as an SVG drawing. An overlay adds what happened in its executions:
// how often each state was entered and failed, and how often each transition was taken.
//
//	svg, err := draw.SVG(definition, &draw.Overlay{
//		States:      map[string]draw.Count{"InvokeModel": {Entered: 200, Failed: 3}},
//		Transitions: map[[2]string]int{{"InvokeModel", "CheckRisk"}: 197},
//	})
//
// The drawing is the same for the same arguments. It needs no font or style sheet, so it can be a file or part of a page. Shapes and
// captions show everything that colours show. Package draw reads and writes no files, and does nothing before the first call.
package draw

import (
	"clinical-risk-pipeline/asl/value"
	"fmt"
)

// SVG draws the definition, with the overlay unless it is nil. The definition need not be valid: SVG draws a transition to a state that
// does not exist. The error reports a text that is not a definition, or a definition that is too large to draw.
func SVG(definition []byte, overlay *Overlay) ([]byte, error) {
	decoded, err := value.Decode(definition)
	if err != nil {
		return nil, fmt.Errorf("the definition is not JSON: %w", err)
	}
	machine, ok := decoded.(*value.Object)
	if !ok {
		return nil, fmt.Errorf("the definition is not a JSON object")
	}
	if _, ok := machine.Value("States").(*value.Object); !ok {
		return nil, fmt.Errorf("the definition has no States")
	}
	if err := checkSize(machine); err != nil {
		return nil, err
	}
	s := newScene([]*value.Object{machine}, overlay, false)
	s.place()
	return document(s, machine, overlay), nil
}
