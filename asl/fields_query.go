package asl

import (
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// sees lists the members of $states that the expressions in a field may read.
type sees []string

var (
	seesInput  = sees{"input", "context"}
	seesResult = sees{"input", "context", "result"}
	seesError  = sees{"input", "context", "errorOutput"}
)

// payload returns a member that holds a template in the state's query language, or nil when it is absent.
func (f *fields) payload(name string, visible sees) query.Template {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	if f.jsonata {
		return f.jsonataTemplate(name, v, visible)
	}
	within := func(place string) string {
		if place == "" {
			return name
		}
		return name + "." + place
	}
	return query.Payload(v, query.Observer{
		Fault:    func(place, message string) { f.fault(within(place), "%s", message) },
		Variable: func(place, variable string) { f.scope.use(f, within(place), variable) },
	})
}

// jsonataTemplate compiles a value whose strings may be expressions.
func (f *fields) jsonataTemplate(name string, v any, visible sees) query.Template {
	if !hasExpression(v) {
		return query.Constant{Value: v}
	}
	at := *f // places are already relative to the state
	at.prefix = ""
	compiler := query.JSONata{
		Report: func(place, message string) { at.fault(place, "%s", message) },
		Check:  func(place string, e *query.Expression) { at.checkExpression(place, e, visible) },
	}
	return compiler.Template(v, strings.ReplaceAll(f.prefix, ".", "/")+name)
}

// checkExpression reports errors that would make every evaluation of the expression fail. The service refuses definitions with most of
// them, but not calls of functions that do not exist, nor variables that no state assigns.
func (f *fields) checkExpression(place string, e *query.Expression, visible sees) {
	uses := e.Uses()
	for _, member := range uses.States {
		if !slices.Contains(visible, member) {
			f.fault(place, "uses $states.%s, but only $states.%s are available here", member, strings.Join(visible, " and $states."))
		}
	}
	for _, name := range uses.Unknown {
		f.lint(place, "calls $%s, which is not a function of JSONata or Step Functions", name)
	}
	if uses.Root {
		f.fault(place, "uses $, $$ or a name without $states before it, but expressions have no input document: use $states.input")
	}
	for _, variable := range e.Variables() {
		f.scope.use(f, place, variable)
	}
}

// expression returns a member that must be a JSONata expression in {% %}, or nil when it is absent.
func (f *fields) expression(name string, visible sees) query.Template {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	if text, isText := v.(string); isText {
		if _, isExpression := query.ExpressionSource(text); isExpression {
			return f.jsonataTemplate(name, v, visible)
		}
	}
	f.fault(name, "must be a JSONata expression in {%% %%}, got %s", value.Encode(v))
	return nil
}

func hasExpression(v any) bool {
	switch v := v.(type) {
	case string:
		_, ok := query.ExpressionSource(v)
		return ok || query.HalfExpression(v)
	case []any:
		return slices.ContainsFunc(v, hasExpression)
	case *value.Object:
		return slices.ContainsFunc(v.Members(), func(m value.Member) bool { return hasExpression(m.Value) })
	}
	return false
}

// assign returns Assign, a template of variables, or nil when it is absent.
func (f *fields) assign(visible sees) query.Template { return f.assignTo(f.scope.define, visible) }

// assignTo returns Assign and tells define the names of the variables.
func (f *fields) assignTo(define func(f *fields, variable string), visible sees) query.Template {
	v, ok := f.raw.Get("Assign")
	if !ok {
		f.read["Assign"] = true
		return nil
	}
	object, ok := v.(*value.Object)
	if !ok {
		f.read["Assign"] = true
		f.fault("Assign", "must be an object whose members are variables, got %s", value.TypeName(v))
		return nil
	}
	for _, name := range object.Keys() {
		define(f, f.variableName(name))
	}
	return f.payload("Assign", visible)
}

// variableName returns the variable that a member of Assign sets.
func (f *fields) variableName(member string) string {
	name := member
	if !f.jsonata && len(name) > 2 && name[len(name)-2:] == ".$" {
		name = name[:len(name)-2]
	}
	if !query.ValidVariable(name) {
		f.fault("Assign", "%q is not a valid variable name: it must start with a letter, have only letters, digits and underscores, at most %d characters, and not be %q",
			name, query.MaxVariableName, "states")
	}
	return name
}

// quantity is a number: a constant, or computed when the execution enters the state.
type quantity struct {
	field    string // TimeoutSeconds, or TimeoutSecondsPath when path is set
	constant float64
	path     *query.Path
	template query.Template
}

// quantity returns the member NAME, which must be a number from low to high, or its computed form: NAMEPath in JSONPath, an
// expression in JSONata. It returns nil when the member is absent.
func (f *fields) quantity(name string, low, high float64, whole bool) *quantity {
	if f.jsonata {
		if text, ok := f.member(name).(string); ok {
			if _, ok := query.ExpressionSource(text); ok {
				return &quantity{field: name, template: f.expression(name, seesInput)}
			}
		}
	} else if f.has(name + "Path") {
		if f.has(name) {
			f.fault(name+"Path", "cannot be combined with %s", name)
		}
		f.read[name] = true
		path, _ := f.path(name+"Path", false)
		return &quantity{field: name + "Path", path: path}
	}
	if !f.has(name) {
		return nil
	}
	return &quantity{field: name, constant: f.number(name, low, high, whole, 0)}
}

// eval returns the number, which must be an integer when whole is set.
func (q *quantity) eval(env *query.Env, whole bool) (float64, error) {
	switch {
	case q.template != nil:
		v, err := q.template.Eval(env)
		if err != nil {
			return 0, err
		}
		n, ok := value.Float(v)
		if !ok || whole && n != float64(int64(n)) {
			return 0, query.Unexpected(q.template, v, map[bool]string{true: "integer", false: "number"}[whole])
		}
		return n, nil
	case q.path != nil:
		v, err := q.path.Eval(env)
		if err != nil {
			return 0, err
		}
		return q.parse(v, whole)
	}
	return q.constant, nil
}

// parse reads the number that a path refers to. AWS also accepts a number in a string.
func (q *quantity) parse(v any, whole bool) (float64, error) {
	n, ok := value.Float(v)
	if s, isText := v.(string); isText {
		n, ok = value.ParseFloat(s)
	}
	if ok && (!whole || n == float64(int64(n))) {
		return n, nil
	}
	text, isText := v.(string)
	if !isText {
		text = value.Encode(v)
	}
	return 0, &query.Error{Name: ErrRuntime, Cause: fmt.Sprintf("The %s field refers to value \"%s\" which is not a valid %s: %s",
		q.field, text, map[bool]string{true: "integer", false: "float"}[whole], q.path.Source())}
}
