package jsonpath

import "fmt"

// maxVisits bounds what one evaluation may look at; nested recursive descent multiplies.
const maxVisits = 2_000_000

// evaluation is one application of an indefinite path, or of one with functions.
type evaluation struct {
	path   *Path
	root   any
	step   int
	last   bool
	visits int
}

func (e *evaluation) notFound(at any) error { return e.path.notFound(e.step, at) }

func (e *evaluation) spend() error {
	if e.visits++; e.visits > maxVisits {
		return fmt.Errorf("path '%s' visits more than %d values", e.path, maxVisits)
	}
	return nil
}

// search applies the steps one after another to the list of all that was found so far.
func (p *Path) search(root any) (any, error) {
	e := &evaluation{path: p, root: root}
	found, definite := []any{root}, true
	for i, s := range p.steps {
		e.step, e.last = i, i == len(p.steps)-1
		next := []any{}
		for _, at := range found {
			err := s.expand(e, at, definite, func(value any) error {
				next = append(next, value)
				return e.spend()
			})
			if err != nil {
				return nil, err
			}
		}
		found, definite = next, definite && s.definite(e.last)
	}
	if !definite {
		return found, nil
	}
	if len(found) == 0 {
		return nil, &NotFoundError{Path: p.source, Reason: "No results for path: " + normalized(p.steps)}
	}
	return found[0], nil
}
