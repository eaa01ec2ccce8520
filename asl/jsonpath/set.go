package jsonpath

import (
	"errors"
	"fmt"
	"slices"

	"clinical-risk-pipeline/asl/value"
)

// ErrNotReference reports a write to a path that is not a reference path.
var ErrNotReference = errors.New("not a reference path")

// ApplyError reports that a value cannot be written to the path, because a step does not fit: a name is applied to a value that is
// not an object, or an index to a value that is not an array or is too short.
type ApplyError struct {
	// Path is the path as written. Step is the name or index that does not fit.
	Path, Step string
}

func (e *ApplyError) Error() string {
	return fmt.Sprintf("Unable to apply step \"%s\" of path '%s' to the input", e.Step, e.Path)
}

// Set returns root with v at the path, as ResultPath does. It creates missing objects on the way and copies the values that it
// changes. The error is ErrNotReference if the path is not a reference path, and an *ApplyError if a step does not fit.
func (p *Path) Set(root, v any) (any, error) {
	if !p.IsReference() {
		return nil, fmt.Errorf("path '%s': %w", p.source, ErrNotReference)
	}
	return p.set(p.steps, root, v, true)
}

func (p *Path) set(steps []step, at, v any, exists bool) (any, error) {
	if len(steps) == 0 {
		return v, nil
	}
	switch s := steps[0].(type) {
	case name:
		object, ok := at.(*value.Object)
		if exists && !ok {
			return nil, &ApplyError{Path: p.source, Step: string(s)}
		}
		child, has := object.Get(string(s))
		child, err := p.set(steps[1:], child, v, has)
		if err != nil {
			return nil, err
		}
		changed := object.Clone()
		changed.Set(string(s), child)
		return changed, nil
	case index:
		child, ok := s.child(at)
		if !ok {
			return nil, &ApplyError{Path: p.source, Step: s.String()}
		}
		child, err := p.set(steps[1:], child, v, true)
		if err != nil {
			return nil, err
		}
		items := slices.Clone(at.([]any))
		n := int(s)
		if n < 0 {
			n += len(items)
		}
		items[n] = child
		return items, nil
	}
	return nil, fmt.Errorf("path '%s': %w", p.source, ErrNotReference)
}
