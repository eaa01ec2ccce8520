// Package query compiles what a definition says in a query language, JSONPath or JSONata, into templates that are evaluated many
// times: paths, payload templates, intrinsic functions, JSONata expressions, and JSON in which any of them stand.
package query

import (
	"math/rand/v2"

	"clinical-risk-pipeline/asl/jsonata"
)

// Env is what an evaluation sees.
type Env struct {
	Input     any                           // $ in JSONPath, $states.input in JSONata
	Result    any                           // $states.result, if HasResult
	HasResult bool                          //
	Error     any                           // $states.errorOutput, if not nil
	Context   func() map[string]any         // $$ in JSONPath, $states.context in JSONata
	Variable  func(name string) (any, bool) // $name in both
	Random    *rand.Rand                    // for States.MathRandom and States.UUID
	Runtime   func() (*jsonata.Runtime, error)
}

// Template is a compiled value of a definition.
type Template interface {
	// Eval gives the value. A fault of the definition or the data is an *Error.
	Eval(env *Env) (any, error)
}

// Constant is a template that does not depend on anything.
type Constant struct{ Value any }

// Eval gives the constant.
func (c Constant) Eval(*Env) (any, error) { return c.Value, nil }

// Error says that an evaluation failed, in the words of Step Functions, without naming the state.
type Error struct {
	Name     string // of the States.… error
	Cause    string
	Location string // the field that a failed JSONata expression stands in, such as "Output/result"; "" for JSONPath
}

// Error renders the cause.
func (e *Error) Error() string { return e.Cause }

// The names of the errors that evaluations report. JSONPath's are those of the service, whatever the list in its documentation says.
const (
	runtimeError    = "States.Runtime"
	intrinsicError  = "States.IntrinsicFailure"
	evaluationError = "States.QueryEvaluationError"
)
