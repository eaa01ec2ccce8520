package query

import (
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl/jsonpath"
	"clinical-risk-pipeline/asl/value"
)

// Path is a JSONPath into the input ($…), the context object ($$…) or a variable ($name…).
type Path struct{ path *jsonpath.Path }

// ParsePath compiles a path.
func ParsePath(source string) (*Path, error) {
	path, err := jsonpath.Parse(source)
	if err != nil {
		return nil, err
	}
	if root := path.Root(); root != "" && root != jsonpath.Context && !ValidVariable(root) && root != "states" {
		return nil, &jsonpath.SyntaxError{Path: source, Offset: 1, Message: fmt.Sprintf("'%s' is not the name of a variable", root)}
	}
	return &Path{path}, nil
}

// Source returns the path as written in the definition.
func (p *Path) Source() string { return p.path.String() }

// Variable returns the name of the variable that the path starts with, or "".
func (p *Path) Variable() string {
	if root := p.path.Root(); root != jsonpath.Context {
		return root
	}
	return ""
}

// IsReference reports whether the path identifies one place in the input, so that ResultPath can write to it.
func (p *Path) IsReference() bool { return p.path.IsReference() }

// Set returns root with v at the path.
func (p *Path) Set(root, v any) (any, error) { return p.path.Set(root, v) }

// Eval returns the value. If a definite path finds nothing, the error is an *Error in the words that the service uses for InputPath.
func (p *Path) Eval(env *Env) (any, error) {
	v, err := get(p.path, env)
	if err != nil {
		return nil, &Error{Name: runtimeError, Cause: err.Error()}
	}
	return v, nil
}

// Lookup returns the value and whether it exists. The error is that of a path into null.
func (p *Path) Lookup(env *Env) (v any, found bool, err error) {
	v, err = get(p.path, env)
	if errors.Is(err, errNull) {
		return nil, false, err
	}
	return v, err == nil, nil
}

// errNull is the fault of a path into null. Where a definition has no path, null passes.
var errNull = &Error{Name: runtimeError, Cause: "Unable to apply Path transformation to null or empty input."}

func get(path *jsonpath.Path, env *Env) (any, error) {
	switch root := path.Root(); root {
	case "":
		if env.Input == nil {
			return nil, errNull
		}
		return path.Get(env.Input)
	case jsonpath.Context:
		return path.Get(env.Context())
	default:
		v, ok := env.Variable(root)
		if !ok {
			return nil, &Error{Name: runtimeError, Cause: fmt.Sprintf("Invalid path '%s' : the variable '$%s' does not exist", path, root)}
		}
		return path.Get(v)
	}
}

// notFoundIn says in the service's words that a path found nothing.
func notFoundIn(path *jsonpath.Path, env *Env) string {
	document := env.Input
	if path.Root() == jsonpath.Context {
		document = env.Context()
	}
	return fmt.Sprintf("could not be found in the input '%s'", value.Encode(document))
}

// Field is a path as the value of a field, such as ErrorPath or "name.$" in a payload template.
type Field struct {
	*Path
	Name string
}

// Eval returns the value. The fault names the field.
func (f Field) Eval(env *Env) (any, error) {
	v, err := get(f.path, env)
	if errors.Is(err, errNull) {
		return nil, err
	}
	if err != nil {
		return nil, &Error{Name: runtimeError, Cause: fmt.Sprintf(
			"The JSONPath '%s' specified for the field '%s' %s", f.path, f.Name, notFoundIn(f.path, env))}
	}
	return v, nil
}
