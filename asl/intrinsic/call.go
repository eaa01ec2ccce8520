// Package intrinsic evaluates the intrinsic functions of JSONPath states, States.Format and the like
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
//
//	call, err := intrinsic.Parse("States.Format('{} of {}', $.done, States.ArrayLength($.subjects))")
//	text, err := call.Eval(func(path *jsonpath.Path) (any, error) { return path.Get(input) }, random)
//
// Values are JSON values: nil, bool, string, float64 (or json.Number), []any and map[string]any; they are never mutated.
package intrinsic

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"clinical-risk-pipeline/asl/jsonpath"
)

// Call is a parsed call of an intrinsic function. It is immutable and safe for concurrent use.
type Call struct {
	source    string
	name      string
	function  function
	arguments []argument
}

// String returns the call as it was written.
func (c *Call) String() string { return c.source }

// Paths returns the paths among the arguments, those of nested calls included, in the order in which they stand.
func (c *Call) Paths() []*jsonpath.Path {
	var paths []*jsonpath.Path
	for _, a := range c.arguments {
		switch {
		case a.path != nil:
			paths = append(paths, a.path)
		case a.call != nil:
			paths = append(paths, a.call.Paths()...)
		}
	}
	return paths
}

// IsCall reports whether a template's string is meant as a call of an intrinsic function, rather than as a path.
func IsCall(source string) bool { return strings.HasPrefix(source, "States.") }

// Error says why a function failed: AWS's States.IntrinsicFailure.
type Error struct {
	// Call is the call as written, Message what is wrong with its arguments.
	Call, Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("The function '%s' had the following error: %s", e.Call, e.Message)
}

// argument is one of: a literal, a path, a nested call.
type argument struct {
	value any
	raw   string // a string literal as written, its escapes unresolved
	path  *jsonpath.Path
	call  *Call
}

// Eval evaluates the call. resolve looks a path up; random decides States.MathRandom and States.UUID. The error is an *Error
// when a function fails, and resolve's own when that fails.
func (c *Call) Eval(resolve func(*jsonpath.Path) (any, error), random *rand.Rand) (any, error) {
	values := make([]any, len(c.arguments))
	for i, a := range c.arguments {
		var err error
		if values[i], err = a.eval(resolve, random); err != nil {
			return nil, err
		}
	}
	if c.function.template && len(c.arguments) > 0 && c.arguments[0].raw != "" {
		values[0] = c.arguments[0].raw
	}
	result, err := c.function.apply(values, random)
	if err != nil {
		return nil, &Error{Call: c.source, Message: err.Error()}
	}
	return result, nil
}

func (a argument) eval(resolve func(*jsonpath.Path) (any, error), random *rand.Rand) (any, error) {
	switch {
	case a.path != nil:
		return resolve(a.path)
	case a.call != nil:
		return a.call.Eval(resolve, random)
	}
	return a.value, nil
}
