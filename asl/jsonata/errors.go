package jsonata

import (
	"errors"
	"strings"

	"github.com/dop251/goja"
)

// Error is a fault in an expression: a syntax fault from Compile, an evaluation fault from Eval.
type Error struct {
	// Code is the library's code, such as "T1006"; see https://docs.jsonata.org/ for the families of codes. It is empty for a
	// fault without a code, such as a result that is a function.
	Code string
	// Message is the library's message with its values filled in.
	Message string
	// Position is the offset in the expression after the token at fault, in UTF-16 units; 0 when unknown.
	Position int
}

// Error returns code and message as the library and AWS print them: "T1006: Attempted to invoke a non-function".
func (e *Error) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return e.Code + ": " + e.Message
}

// codeStopped is the code of stopped evaluations, as in JSONata's own exerciser and test suite.
const codeStopped = "U1001"

var (
	errDeep = &Error{Code: codeStopped, Message: "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."}
	errLong = &Error{Code: codeStopped, Message: "Expression evaluation timeout: Check for infinite loop"}
)

// faultOf converts an error of goja into an *Error.
func (r *Runtime) faultOf(err error) error {
	var overflow *goja.StackOverflowError
	var interrupted *goja.InterruptedError
	var exception *goja.Exception
	switch {
	case errors.As(err, &overflow):
		return errDeep
	case errors.As(err, &interrupted):
		return errLong
	case errors.As(err, &exception):
		return r.thrown(exception.Value())
	}
	return &Error{Message: err.Error()}
}

// thrown converts a value that JavaScript threw: the library's {code, message, position} or an error of the language.
func (r *Runtime) thrown(v goja.Value) error {
	object, ok := v.(*goja.Object)
	if !ok {
		return &Error{Message: v.String()}
	}
	fault := &Error{}
	if code := object.Get("code"); code != nil && !goja.IsUndefined(code) {
		fault.Code = code.String()
	}
	if message := object.Get("message"); message != nil && !goja.IsUndefined(message) {
		fault.Message = message.String()
	}
	if position := object.Get("position"); position != nil {
		fault.Position = int(position.ToInteger())
	}
	if fault.Code == "" && strings.Contains(fault.Message, "Invalid array length") {
		return errLong
	}
	return fault
}
