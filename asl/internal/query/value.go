package query

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/intrinsic"
	"clinical-risk-pipeline/asl/jsonpath"
)

// Value compiles the value of a field whose name ends in ".$": a path or an intrinsic function. It also returns the variables used.
func Value(source, field string) (t Template, variables []string, err error) {
	if strings.HasPrefix(source, "$") {
		p, err := ParsePath(source)
		if err != nil {
			return nil, nil, err
		}
		return Field{p, field}, []string{p.Variable()}, nil
	}
	if !strings.HasPrefix(source, "States.") {
		return nil, nil, fmt.Errorf(`must be a path that begins with $ or an intrinsic function such as States.Format, got %q`, source)
	}
	call, err := intrinsic.Parse(source)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range call.Paths() {
		variables = append(variables, (&Path{p}).Variable())
	}
	return &function{call}, variables, nil
}

// function is a call of an intrinsic function.
type function struct{ call *intrinsic.Call }

// Eval calls the function.
func (f *function) Eval(env *Env) (any, error) {
	var missing *Error
	v, err := f.call.Eval(func(path *jsonpath.Path) (any, error) {
		found, err := get(path, env)
		if errors.Is(err, errNull) {
			missing = errNull
		} else if err != nil {
			missing = &Error{Name: runtimeError, Cause: fmt.Sprintf(
				"The function '%s' had the following error: The JsonPath argument for the field '%s' %s", f.call, path, notFoundIn(path, env))}
			err = missing
		}
		return found, err
	}, env.Random)
	switch {
	case missing != nil:
		return nil, missing
	case err != nil:
		return nil, &Error{Name: intrinsicError, Cause: err.Error()}
	}
	return v, nil
}
