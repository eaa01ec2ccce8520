package jsonpath

import (
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// step is one token of a path. It is applied to every value that the previous steps found.
type step interface {
	// definite reports whether the step finds at most one value. last is true for the last step.
	definite(last bool) bool
	// child applies a name or a single index to one value. ok is false when it finds nothing.
	child(at any) (value any, ok bool)
	// expand passes what the step finds in one value to yield. A value that does not fit is an error when strict is set, because all
	// previous steps were definite. Otherwise it is skipped.
	expand(e *evaluation, at any, strict bool, yield func(any) error) error
	// String returns the step in Jayway's normal form: ['name'], [0], [*].
	String() string
}

// missing explains why step i of a definite path finds nothing in at.
func missing(steps []step, i int, at any) string {
	switch s := steps[i].(type) {
	case name:
		_, isObject := at.(*value.Object)
		switch {
		case isObject && i == len(steps)-1:
			return "No results for path: " + normalized(steps)
		case isObject:
			return "Missing property in path " + normalized(steps[:i+1])
		}
		return fmt.Sprintf("Expected to find an object with property %s in path %s but found a value of type %s", s, normalized(steps[:i]), value.TypeName(at))
	case index, fromEnd:
		if _, isArray := at.([]any); isArray {
			return "No results for path: " + normalized(steps)
		}
	}
	if at == nil {
		return "The path " + normalized(steps[:i]) + " is null"
	}
	return fmt.Sprintf("Filter: %s can only be applied to arrays, but %s holds a value of type %s", steps[i], normalized(steps[:i]), value.TypeName(at))
}

func normalized(steps []step) string {
	var b strings.Builder
	b.WriteString("$")
	for _, s := range steps {
		b.WriteString(s.String())
	}
	return b.String()
}

// name is .name or ['name'].
type name string

func (n name) definite(bool) bool { return true }
func (n name) String() string     { return "['" + string(n) + "']" }

func (n name) child(at any) (any, bool) {
	object, _ := at.(*value.Object)
	return object.Get(string(n))
}

func (n name) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	return expandChild(e, n, at, strict, yield)
}

// expandChild applies a name or a single index. An object that lacks a name on the way of an indefinite path is skipped, even if all
// steps before are definite: $.a[*] finds nothing in {}. A value of another type is not.
func expandChild(e *evaluation, s step, at any, strict bool, yield func(any) error) error {
	if found, ok := s.child(at); ok {
		return yield(found)
	}
	_, isName := s.(name)
	_, isObject := at.(*value.Object)
	if strict && (!isName || !isObject || e.last || e.path.definite) {
		return e.notFound(at)
	}
	return nil
}

// union is ['a','b']. At the end of a path it finds one object with the members that exist, otherwise each member in turn.
type union []string

func (u union) definite(last bool) bool { return last }
func (u union) String() string          { return "['" + strings.Join(u, "','") + "']" }
func (u union) child(any) (any, bool)   { return nil, false }

func (u union) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	object, ok := at.(*value.Object)
	if !ok {
		if strict {
			return e.notFound(at)
		}
		return nil
	}
	if e.last {
		merged := value.NewObject(len(u))
		for _, key := range u {
			if found, ok := object.Get(key); ok {
				merged.Set(key, found)
			}
		}
		return yield(merged)
	}
	for _, key := range u {
		if found, ok := object.Get(key); ok {
			if err := yield(found); err != nil {
				return err
			}
		}
	}
	return nil
}

// wildcard is .* or [*].
type wildcard struct{}

func (wildcard) definite(bool) bool    { return false }
func (wildcard) child(any) (any, bool) { return nil, false }
func (wildcard) String() string        { return "[*]" }

func (wildcard) expand(_ *evaluation, at any, _ bool, yield func(any) error) error {
	return children(at, yield)
}

// children passes the items of an array, or the members of an object, in their order, to yield.
func children(at any, yield func(any) error) error {
	switch at := at.(type) {
	case []any:
		for _, item := range at {
			if err := yield(item); err != nil {
				return err
			}
		}
	case *value.Object:
		for _, member := range at.Members() {
			if err := yield(member.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// descent is "..": it finds every value, at this one or below, that the next step fits.
type descent struct{ next step }

func (d descent) definite(bool) bool    { return false }
func (d descent) child(any) (any, bool) { return nil, false }
func (d descent) String() string        { return ".." }

func (d descent) expand(e *evaluation, at any, _ bool, yield func(any) error) error {
	var visit func(at any) error
	visit = func(at any) error {
		if err := e.spend(); err != nil {
			return err
		}
		switch at.(type) {
		case []any, *value.Object:
		default:
			return nil
		}
		if d.fits(at) {
			if err := yield(at); err != nil {
				return err
			}
		}
		return children(at, visit)
	}
	return visit(at)
}

// fits reports whether the next step can apply: names to objects, indices and slices to arrays. Filters apply only to objects,
// because the descent also visits the objects in an array.
func (d descent) fits(at any) bool {
	_, isArray := at.([]any)
	switch d.next.(type) {
	case index, indices, slice:
		return isArray
	case name, union, filter:
		return !isArray
	}
	return true
}
