package query

// member is a field of an object template.
type member struct {
	name  string
	value Template
}

type object []member

// newObject returns the template of an object with members in the order of their names. original is the object's value if all members
// are constant and keep their names.
func newObject(original map[string]any, members []member) Template {
	constant := true
	for _, m := range members {
		_, isConstant := m.value.(Constant)
		_, same := original[m.name]
		constant = constant && isConstant && same
	}
	if constant && len(members) == len(original) {
		return Constant{original}
	}
	return object(members)
}

// Eval evaluates the members in the order of their names.
func (o object) Eval(env *Env) (any, error) {
	result := make(map[string]any, len(o))
	for _, m := range o {
		v, err := m.value.Eval(env)
		if err != nil {
			return nil, err
		}
		result[m.name] = v
	}
	return result, nil
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
