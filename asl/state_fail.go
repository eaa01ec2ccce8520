package asl

import (
	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// failState ends the execution with an error.
type failState struct {
	common
	err, cause query.Template // nil when absent
}

func newFail(f *fields) state {
	s := &failState{common: f.common("Fail")}
	s.err, s.cause = f.failText("Error"), f.failText("Cause")
	raised := ""
	if constant, ok := s.err.(query.Constant); ok {
		raised, _ = constant.Value.(string)
	}
	f.c.raised[raised] = f.c.raised[raised] || s.err != nil
	return s
}

// failText reads Error or Cause: a string, an expression in JSONata, or in JSONPath a path or intrinsic function in ErrorPath or CausePath.
func (f *fields) failText(name string) query.Template {
	path, hasPath := f.raw.Get(name + "Path")
	if f.jsonata || !hasPath {
		v, ok := f.take(name)
		if _, isText := v.(string); ok && !isText {
			f.fault(name, "must be a string, got %s", value.TypeName(v))
		}
		if !ok {
			return nil
		}
		if f.jsonata {
			return f.jsonataTemplate(name, v, seesInput)
		}
		return query.Constant{Value: v}
	}
	f.read[name+"Path"] = true
	if _, both := f.take(name); both {
		f.fault(name+"Path", "cannot be combined with %s", name)
	}
	source, _ := path.(string)
	t, variables, err := query.Value(source, name+"Path")
	if err != nil {
		f.fault(name+"Path", "%v", err)
	}
	for _, variable := range variables {
		f.scope.use(f, name+"Path", variable)
	}
	return t
}

func (s *failState) run(b *branch, v *visit) (any, *target, error) {
	if !s.jsonata {
		b.inspect(StepInputPath, v.input)
	}
	env := b.evaluating(v.input)
	name, err := s.text(s.err, "Error", env)
	if err != nil {
		return nil, nil, located(err, v)
	}
	cause, err := s.text(s.cause, "Cause", env)
	if err != nil {
		return nil, nil, located(err, v)
	}
	return nil, nil, &failure{name: name, cause: cause}
}

func (s *failState) text(t query.Template, field string, env *query.Env) (string, error) {
	if t == nil {
		return "", nil
	}
	v, err := t.Eval(env)
	if err != nil {
		return "", err
	}
	text, ok := v.(string)
	switch {
	case ok:
		return text, nil
	case s.jsonata:
		return "", query.Unexpected(t, v, "string")
	}
	return "", runtimeFault("The %sPath parameter does not reference a string value: %s", field, value.Encode(v))
}
