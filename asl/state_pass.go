package asl

import "clinical-risk-pipeline/asl/internal/query"

// passState passes its input on, filtered or replaced.
type passState struct {
	common
	result     query.Template // a constant; nil when absent
	parameters query.Template // nil when absent
	resultPath resultPath
}

func newPass(b *builder) state {
	s := &passState{common: b.common("Pass")}
	s.next = b.transition()
	if b.jsonata {
		s.output, s.assign = b.payload("Output", seesInput), b.assign(seesInput)
		return s
	}
	if v, ok := b.take("Result"); ok {
		s.result = query.Constant{Value: v}
	}
	s.parameters, s.resultPath = b.payload("Parameters", nil), b.resultPath()
	s.assign = b.assign(nil)
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
	if s.result != nil {
		result, _ = s.result.Eval(nil)
	}
	output, err := b.finishPath(result, s.resultPath)
	return output, s.next, located(err, v)
}
