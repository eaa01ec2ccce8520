package asl

import "clinical-risk-pipeline/asl/internal/query"

// passState passes its input on, transformed or replaced.
type passState struct {
	common
	result     query.Template // a constant; nil when absent
	parameters query.Template // nil when absent
	resultPath resultPath
}

func newPass(f *fields) state {
	s := &passState{common: f.common("Pass")}
	s.next = f.transition()
	if f.jsonata {
		s.output, s.assign = f.payload("Output", seesInput), f.assign(seesInput)
		return s
	}
	if v, ok := f.take("Result"); ok {
		s.result = query.Constant{Value: v}
	}
	s.parameters, s.resultPath = f.payload("Parameters", nil), f.resultPath()
	s.assign = f.assign(nil)
	return s
}

func (s *passState) run(b *branch, v *visit) (any, *target, error) {
	if s.jsonata {
		output, err := b.finishTemplates(s.assign, s.output, b.evaluating(v.input), v.input)
		return output, s.next, located(err, v)
	}
	result, err := b.effectiveInput()
	if err == nil && s.parameters != nil {
		result, err = s.parameters.Eval(b.evaluating(result))
	}
	if err != nil {
		return nil, nil, located(err, v)
	}
	b.inspect(StepParameters, result)
	if s.result != nil {
		result, _ = s.result.Eval(nil)
		b.inspect(StepResult, result)
	}
	output, err := b.finishPath(result, s.resultPath)
	return output, s.next, located(err, v)
}
