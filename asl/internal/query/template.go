package query

import "clinical-risk-pipeline/asl/value"

// member is a field of an object template.
type member struct {
	name  string
	value Template
}

type object []member

// newObject returns the template of an object with members in their order. original is the object's value if all members
// are constant and keep their names.
func newObject(original *value.Object, members []member) Template {
	constant := true
	for _, m := range members {
		_, isConstant := m.value.(Constant)
		_, same := original.Get(m.name)
		constant = constant && isConstant && same
	}
	if constant && len(members) == original.Len() {
		return Constant{original}
	}
	return object(members)
}

// Eval evaluates the members in their order.
func (o object) Eval(env *Env) (any, error) {
	result := value.NewObject(len(o))
	for _, m := range o {
		v, err := m.value.Eval(env)
		if err != nil {
			return nil, err
		}
		result.Set(m.name, v)
	}
	return result.Share(), nil
}

type array []Template

func newArray(original []any, items []Template) Template {
	for _, item := range items {
		if _, constant := item.(Constant); !constant {
			return array(items)
		}
	}
	return Constant{original}
}

func (a array) Eval(env *Env) (any, error) {
	result := make([]any, len(a))
	for i, item := range a {
		v, err := item.Eval(env)
		if err != nil {
			return nil, err
		}
		result[i] = v
	}
	return result, nil
}
