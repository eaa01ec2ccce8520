package query

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/jsonata"
	"clinical-risk-pipeline/asl/value"
)

// JSONata compiles templates. Strings of the form "{% … %}" are expressions.
type JSONata struct {
	// Report is called for each fault, with the place of the field, such as "Output/result".
	Report func(place, message string)
	// Check, if not nil, is called for each expression.
	Check func(place string, e *Expression)
}

// Template compiles the value of a field.
func (c *JSONata) Template(v any, place string) Template {
	switch v := v.(type) {
	case string:
		source, ok := ExpressionSource(v)
		if ok {
			return c.expression(source, place)
		}
		if HalfExpression(v) {
			c.Report(place, fmt.Sprintf("%q is no JSONata expression: it must start with {%% and end with %%}", v))
		}
		return Constant{v}
	case []any:
		items := make([]Template, len(v))
		for i, e := range v {
			items[i] = c.Template(e, fmt.Sprintf("%s[%d]", place, i))
		}
		return newArray(v, items)
	case *value.Object:
		members := make([]member, 0, v.Len())
		for _, m := range v.Members() {
			members = append(members, member{m.Key, c.Template(m.Value, place+"/"+m.Key)})
		}
		return newObject(v, members)
	}
	return Constant{v}
}

// ExpressionSource returns the expression in a string of the form "{% … %}". The string must not contain anything else.
func ExpressionSource(text string) (string, bool) {
	if len(text) < 4 || !strings.HasPrefix(text, "{%") || !strings.HasSuffix(text, "%}") {
		return "", false
	}
	return strings.TrimSpace(text[2 : len(text)-2]), true
}

// HalfExpression reports whether a string only opens or only closes an expression. The service refuses it.
func HalfExpression(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "{%") != strings.HasSuffix(text, "%}")
}

func (c *JSONata) expression(source, place string) Template {
	compiled, err := jsonata.Compile(source)
	if err != nil {
		c.Report(place, fmt.Sprintf("the JSONata expression %q is not valid: %v", source, err))
		return Constant{}
	}
	e := newExpression(compiled, place)
	if c.Check != nil {
		c.Check(place, e)
	}
	return e
}

// Expression is a compiled JSONata expression in a field.
type Expression struct {
	compiled  *jsonata.Expression
	place     string
	states    []string // the members of $states that the expression may use
	variables []string // the other free variables
}

func newExpression(compiled *jsonata.Expression, place string) *Expression {
	uses := compiled.Variables()
	e := &Expression{compiled: compiled, place: place, states: uses.States}
	if uses.AllStates {
		e.states = []string{"context", "errorOutput", "input", "result"}
	}
	for _, name := range uses.Free {
		if name != "states" {
			e.variables = append(e.variables, name)
		}
	}
	return e
}

// Uses returns what the expression refers to.
func (e *Expression) Uses() jsonata.Variables { return e.compiled.Variables() }

// Variables returns the free variables except $states.
func (e *Expression) Variables() []string { return e.variables }

// Eval evaluates the expression. An undefined result is an error.
func (e *Expression) Eval(env *Env) (any, error) {
	options := env.JSONata
	options.Variable = e.lookup(env)
	result, defined, err := e.compiled.Eval(options)
	var fault *jsonata.Error
	switch {
	case errors.Is(err, jsonata.ErrFunction):
		return nil, e.fail("returned an unsupported result type.")
	case errors.As(err, &fault) && fault.Code == jsonata.Stopped:
		return nil, e.fail("threw an error during evaluation: " + fault.Message())
	case errors.As(err, &fault):
		return nil, e.fail("threw an error during evaluation. " + fault.Error())
	case err != nil:
		return nil, err
	case !defined:
		return nil, e.fail("returned nothing (undefined).")
	}
	return result, nil
}

// lookup returns the variables of an evaluation: $states with the members that the expression uses, and those of the state machine.
func (e *Expression) lookup(env *Env) func(name string) (any, bool) {
	var states *value.Object
	return func(name string) (any, bool) {
		if name != "states" {
			return env.Variable(name)
		}
		if states == nil {
			states = e.statesObject(env)
		}
		return states, true
	}
}

func (e *Expression) statesObject(env *Env) *value.Object {
	states := value.NewObject(len(e.states))
	for _, member := range e.states {
		switch {
		case member == "input":
			states.Set(member, env.Input)
		case member == "context":
			states.Set(member, env.Context())
		case member == "result" && env.HasResult:
			states.Set(member, env.Result)
		case member == "errorOutput" && env.Error != nil:
			states.Set(member, env.Error)
		}
	}
	return states
}

func (e *Expression) fail(what string) *Error {
	return &Error{Name: evaluationError, Location: e.place, Cause: fmt.Sprintf(
		"The JSONata expression '%s' specified for the field '%s' %s", e.compiled.Source(), e.place, what)}
}

// Unexpected returns the fault of a template whose result has the wrong type. want is the name of the expected type.
func Unexpected(t Template, v any, want string) *Error {
	e, ok := t.(*Expression)
	if !ok {
		return &Error{Name: evaluationError, Cause: fmt.Sprintf("Expected '%s', but was '%s' for value: %s", want, value.TypeName(v), value.Encode(v))}
	}
	return e.fail(fmt.Sprintf("returned an unexpected result type. Expected '%s', but was '%s' for value: %s",
		want, value.TypeName(v), value.Encode(v)))
}
