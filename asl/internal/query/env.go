// Package query compiles the JSONPath and JSONata parts of a definition into templates that are evaluated many times: paths, payload
// templates, intrinsic functions, JSONata expressions, and JSON that contains any of these.
package query

import (
	"math/rand/v2"

	"clinical-risk-pipeline/asl/jsonata"
	"clinical-risk-pipeline/asl/value"
)

// Env holds the values that an evaluation can read.
type Env struct {
	Input     any                           // $ in JSONPath, $states.input in JSONata
	Result    any                           // $states.result, if HasResult
	HasResult bool                          //
	Error     any                           // $states.errorOutput, if not nil
	Context   func() *value.Object          // $$ in JSONPath, $states.context in JSONata
	Variable  func(name string) (any, bool) // $name in both
	Random    *rand.Rand                    // for States.MathRandom and States.UUID
	JSONata   jsonata.Options
}

// Template is a compiled value of a definition.
type Template interface {
	// Eval returns the value. A fault in the definition or the data is an *Error.
	Eval(env *Env) (any, error)
}

// Constant is a template with a constant value.
type Constant struct{ Value any }

// Eval returns the constant.
func (c Constant) Eval(*Env) (any, error) { return c.Value, nil }

// Error reports a failed evaluation in the words of Step Functions, without the state.
type Error struct {
	Name     string // an error name such as States.Runtime
	Cause    string
	Location string // the field of a failed JSONata expression, such as "Output/result"; "" for JSONPath
}

// Error renders the cause.
func (e *Error) Error() string { return e.Cause }

// The names of the errors that evaluations report. For JSONPath, they follow the service, which differs from its documentation.
const (
	runtimeError    = "States.Runtime"
	intrinsicError  = "States.IntrinsicFailure"
	evaluationError = "States.QueryEvaluationError"
)
