package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// resolver evaluates the intrinsics of one template.
type resolver struct {
	stack     *Stack
	template  *template
	exporters []*Stack        // searched by Fn::ImportValue
	active    map[string]bool // what is being evaluated, to find circles
}

func newResolver(s *Stack, t *template, exporters []*Stack) *resolver {
	return &resolver{stack: s, template: t, exporters: exporters, active: map[string]bool{}}
}

// IntrinsicError reports an intrinsic that has no value on this machine.
type IntrinsicError struct {
	Stack     string // the stack's name
	Path      string // its place in the template: "Resources.Pipeline.Properties.DefinitionString.Fn::Join[1][3]"
	Intrinsic string // such as `Ref Cluster`
	Reason    string
}

func (e *IntrinsicError) Error() string {
	return fmt.Sprintf("stack %s, %s: cannot resolve %s: %s", e.Stack, e.Path, e.Intrinsic, e.Reason)
}

func (r *resolver) fault(at, intrinsic, reason string) error {
	return &IntrinsicError{Stack: r.stack.Name, Path: at, Intrinsic: intrinsic, Reason: reason}
}

// enter marks what is being evaluated, until leave is called. If it is already marked, it refers to itself: an error.
func (r *resolver) enter(what, at string) (leave func(), err error) {
	key := r.stack.Name + " " + what
	if r.active[key] {
		return nil, r.fault(at, what, "it refers to itself")
	}
	r.active[key] = true
	return func() { delete(r.active, key) }, nil
}

// noValue is the value of Ref AWS::NoValue. It removes the property or item that holds it.
type noValue struct{}

// resolve returns the value with every intrinsic in it replaced. The place in the template is at. The error joins all faults.
func (r *resolver) resolve(value any, at string) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				// Outside of Conditions, Condition is the name of a field.
				condition := name == "Condition" && strings.HasPrefix(at, "Conditions.")
				if name == "Ref" || condition || strings.HasPrefix(name, "Fn::") {
					return r.intrinsic(name, argument, at)
				}
			}
		}
		return r.resolveObject(v, at)
	case []any:
		return r.resolveList(v, at)
	case string:
		if _, reference, ok := strings.Cut(v, "{{resolve:"); ok {
			reference, _, _ = strings.Cut(reference, "}}")
			return nil, r.fault(at, "{{resolve:"+reference+"}}", "dynamic references have no local value")
		}
	}
	return value, nil
}

func (r *resolver) resolveObject(object map[string]any, at string) (any, error) {
	out := make(map[string]any, len(object))
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(object)) {
		value, err := r.resolve(object[key], at+"."+key)
		faults = append(faults, err)
		if _, none := value.(noValue); !none {
			out[key] = value
		}
	}
	return out, errors.Join(faults...)
}

func (r *resolver) resolveList(list []any, at string) (any, error) {
	out := make([]any, 0, len(list))
	var faults []error
	for i, item := range list {
		value, err := r.resolve(item, fmt.Sprintf("%s[%d]", at, i))
		faults = append(faults, err)
		if _, none := value.(noValue); !none {
			out = append(out, value)
		}
	}
	return out, errors.Join(faults...)
}

// intrinsic evaluates the intrinsic with the name.
func (r *resolver) intrinsic(name string, argument any, at string) (any, error) {
	if id, ok := argument.(string); ok {
		switch name {
		case "Ref":
			return r.ref(id, at)
		case "Condition":
			return r.condition(id, at)
		case "Fn::GetAtt":
			return r.getAtt(strings.SplitN(id, ".", 2), at)
		}
	}
	at += "." + name
	switch name {
	case "Fn::If":
		return r.ifThenElse(argument, at)
	case "Fn::Sub":
		return r.sub(argument, at)
	}
	value, err := r.resolve(argument, at)
	if err != nil {
		return nil, err
	}
	if name == "Fn::ImportValue" {
		if export, ok := value.(string); ok {
			return r.imported(export, at)
		}
	}
	arguments, isList := value.([]any)
	function, known := map[string]func([]any) (any, error){
		"Fn::Join": join, "Fn::Select": choose, "Fn::Split": split, "Fn::FindInMap": r.findInMap,
		"Fn::Equals": equals, "Fn::And": and, "Fn::Or": or, "Fn::Not": not,
		"Fn::GetAtt": func(a []any) (any, error) { return r.getAttOf(a, at) },
	}[name]
	switch {
	case !known:
		return nil, r.fault(at, name, "this intrinsic is not supported")
	case !isList:
		return nil, r.fault(at, name, "its argument must be a list")
	}
	result, err := function(arguments)
	var deeper *IntrinsicError
	if err == nil || errors.As(err, &deeper) {
		return result, err
	}
	return nil, r.fault(at, name, err.Error())
}

// ifThenElse evaluates [condition, then, else]. It does not evaluate the other branch.
func (r *resolver) ifThenElse(argument any, at string) (any, error) {
	a, _ := argument.([]any)
	if len(a) != 3 {
		return nil, r.fault(at, "Fn::If", "it takes a condition's name and two values")
	}
	name, _ := a[0].(string)
	holds, err := r.condition(name, at+"[0]")
	if err != nil {
		return nil, err
	}
	if holds {
		return r.resolve(a[1], at+"[1]")
	}
	return r.resolve(a[2], at+"[2]")
}

// text returns a scalar as CloudFormation writes it into a string.
func text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, float64:
		b, err := json.Marshal(v)
		return string(b), err
	}
	return "", errors.New("each value in it must be a string, a number or a boolean")
}
