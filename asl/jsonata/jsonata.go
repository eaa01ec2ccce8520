// Package jsonata evaluates JSONata expressions as AWS Step Functions does: version 2.0.6 of the language, with the functions that AWS
// adds, without $eval, which AWS removes, and within AWS's limits.
//
//	expression, err := jsonata.Compile("$states.input.risk > 0.75")
//	value, defined, err := expression.Eval(jsonata.Options{Variable: variables})
//
// Values are JSON values: nil, bool, string, float64 (or json.Number), []any and *value.Object. The
// package never mutates them.
//
// The rooms: [clinical-risk-pipeline/asl/jsonata/syntax] parses, [clinical-risk-pipeline/asl/jsonata/eval] evaluates and has the
// functions of the language, picture formats and parses numbers and times, regex runs regular expressions, signature matches arguments,
// and fault has the texts of faults. This package adds what is Step Functions' own.
package jsonata

import (
	"math/rand/v2"
	"sync"
	"time"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/jsonata/fault"
)

// Version is the version of the language that AWS Step Functions implements
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
const Version = "2.0.6"

// Error is a fault in an expression: a syntax fault from Compile, an evaluation fault from Eval.
type Error = fault.Fault

// Stopped is the code of an evaluation that reached a limit.
const Stopped = fault.Stopped

// ErrFunction is the error of a result that is or contains a function, which JSON cannot hold.
var ErrFunction = eval.ErrFunction

// Expression is a compiled expression. It is immutable and safe for concurrent use.
type Expression struct {
	program   *eval.Program
	variables Variables
}

// maxCompiled is the number of compiled expressions that are kept.
const maxCompiled = 4096

// compiled keeps expressions by their sources, because programs load the same definition many times.
var compiled = struct {
	sync.Mutex
	expressions map[string]*Expression
}{expressions: map[string]*Expression{}}

// Compile parses an expression, given without the {% %} that surrounds it in a definition. It keeps the result for the next call with
// the same source. A fault is an *Error.
func Compile(source string) (*Expression, error) {
	compiled.Lock()
	e := compiled.expressions[source]
	compiled.Unlock()
	if e != nil {
		return e, nil
	}
	program, err := eval.Compile(source)
	if err != nil {
		return nil, err
	}
	e = &Expression{program, findUses(program.Root()).variables()}
	compiled.Lock()
	defer compiled.Unlock()
	if len(compiled.expressions) >= maxCompiled {
		clear(compiled.expressions)
	}
	compiled.expressions[source] = e
	return e, nil
}

// Source returns the expression's text.
func (e *Expression) Source() string { return e.program.Source() }

// Variables returns what the expression refers to. Do not change the lists.
func (e *Expression) Variables() Variables { return e.variables }

// Options are the variables, the clock and the source of randomness of an evaluation.
type Options struct {
	// Variable returns the value of a variable, given without the $, such as "states". Default: no variables.
	Variable func(name string) (value any, ok bool)
	// Now is what $now() and $millis() return. Default: time.Now.
	Now func() time.Time
	// Random decides $random(), $shuffle() and $uuid(). Default: seeded at random.
	Random *rand.Rand
}

// limits are those of Step Functions as far as they are known: a depth of 100 and less memory than 900,000 numbers were measured on
// AWS (https://github.com/floci-io/floci/issues/2737). The number of steps is our own; it ends an evaluation within a second.
var limits = eval.Limits{Depth: 100, Steps: 5_000_000, Bytes: 100_000_000, Single: 16_000_000}

// Eval evaluates the expression. Unlike plain JSONata, an evaluation has no input document, so $ and $$ are undefined at the top level.
// defined is false when the result is undefined. A number that is not finite becomes null. A fault is an *Error, or ErrFunction.
func (e *Expression) Eval(o Options) (value any, defined bool, err error) {
	return e.program.Eval(eval.Undefined, eval.Options{
		Variable: o.Variable, Functions: functions, Now: o.Now, Random: o.Random, Limits: limits, RefuseFunctions: true,
	})
}
