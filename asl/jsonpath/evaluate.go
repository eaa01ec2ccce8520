package jsonpath

import "fmt"

// maxVisits bounds what one evaluation may look at, its filters included; nested recursive descent multiplies.
const maxVisits = 2_000_000

// evaluation is one application of a path that is more than names and indices.
type evaluation struct {
	path   *Path
	root   any  // of the whole document, which $ in a filter refers to
	step   int  // the step that is being applied
	last   bool // it is the last one
	visits *int // what is left to visit, shared with the evaluations within filters
}

func (e *evaluation) notFound(at any) error { return e.path.notFound(e.step, at) }

func (e *evaluation) spend() error {
	if *e.visits--; *e.visits < 0 {
		return fmt.Errorf("path '%s' visits more than %d values", e.path, maxVisits)
	}
	return nil
}

// within evaluates a path of a filter, or of a function's argument, which starts at the document's root or at the current value.
func (e *evaluation) within(p *Path, at any) (any, error) {
	if p.root != current {
		at = e.root
	}
	return p.get(at, e.root, e.visits)
}

func (p *Path) get(at, root any, visits *int) (any, error) {
	if p.plain {
		return p.walk(at)
	}
	return p.search(&evaluation{path: p, root: root, visits: visits}, at)
}

// walk follows a plain path.
func (p *Path) walk(at any) (any, error) {
	for i, s := range p.steps {
		next, ok := s.child(at)
		if !ok {
			return nil, p.notFound(i, at)
		}
		at = next
	}
	return at, nil
}

// search applies the steps one after another to the list of all that was found so far.
func (p *Path) search(e *evaluation, at any) (any, error) {
	found, definite, descended := []any{at}, true, false
	for i, s := range p.steps {
		e.step, e.last = i, i == len(p.steps)-1
		if _, isCall := s.(call); isCall && descended {
			found, definite = []any{found}, true // as in Jayway, a function behind .. gets all that was found
		}
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
		_, isDescent := s.(descent)
		found, definite, descended = next, definite && s.definite(e.last), descended || isDescent
	}
	if !definite {
		return found, nil
	}
	if len(found) == 0 {
		return nil, &NotFoundError{Path: p.source, Reason: "No results for path: " + normalized(p.steps)}
	}
	return found[0], nil
}
