// Package intrinsic evaluates the intrinsic functions of JSONPath states, such as States.Format
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
//
//	call, err := intrinsic.Parse("States.Format('{} of {}', $.done, States.ArrayLength($.subjects))")
//	text, err := call.Eval(func(path *jsonpath.Path) (any, error) { return path.Get(input) }, random)
//
// Values are JSON values: nil, bool, string, float64 (or json.Number), []any and *value.Object. The package never mutates them.
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

// String returns the call as written.
func (c *Call) String() string { return c.source }

// Paths returns the paths in the arguments, including nested calls, in the order in which they appear.
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

// IsCall reports whether a string in a template is a call of an intrinsic function and not a path.
func IsCall(source string) bool { return strings.HasPrefix(source, "States.") }

// Error reports that a function failed: AWS's States.IntrinsicFailure.
type Error struct {
	// Call is the call as written. Message describes the error in its arguments.
	Call, Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("The function '%s' had the following error: %s", e.Call, e.Message)
}

// argument is a literal, a path or a nested call.
type argument struct {
	value any
	raw   string // a string literal as written, with its escapes
	path  *jsonpath.Path
	call  *Call
}

// Eval evaluates the call. resolve looks up a path. random decides States.MathRandom and States.UUID. The error is an *Error when a
// function fails, or the error of resolve.
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
