package jsonpath

import "fmt"

// maxVisits bounds the number of values that one evaluation, including its filters, may visit. Nested recursive descents multiply it.
const maxVisits = 2_000_000

// evaluation is one application of a path that has more than names and indices.
type evaluation struct {
	path   *Path
	root   any  // of the whole document: $ in a filter
	step   int  // the current step
	last   bool // the current step is the last one
	visits *int // number of visits left, shared with the evaluations in filters
}

func (e *evaluation) notFound(at any) error { return e.path.notFound(e.step, at) }

func (e *evaluation) spend() error {
	if *e.visits--; *e.visits < 0 {
		return fmt.Errorf("path '%s' visits more than %d values", e.path, maxVisits)
	}
	return nil
}

// within evaluates a path in a filter or in a function's argument. It starts at the document's root or at the current value.
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

// search applies the steps in order to the list of values found so far.
func (p *Path) search(e *evaluation, at any) (any, error) {
	found, definite, descended := []any{at}, true, false
	for i, s := range p.steps {
		e.step, e.last = i, i == len(p.steps)-1
		if _, isCall := s.(call); isCall && descended {
			found, definite = []any{found}, true // as in Jayway, a function after .. gets all values found
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
