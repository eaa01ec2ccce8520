package asl

// succeedState ends its program successfully.
type succeedState struct{ common }

func newSucceed(f *fields) state {
	s := &succeedState{common: f.common("Succeed")}
	if f.jsonata {
		s.output = f.payload("Output", seesInput)
	}
	return s
}

func (s *succeedState) run(b *branch, v *visit) (any, *target, error) {
	if s.jsonata {
		output, err := b.finishTemplates(nil, s.output, b.evaluating(v.input), v.input)
		return output, nil, located(err, v)
	}
	input, err := b.effectiveInput()
	if err != nil {
		return nil, nil, located(err, v)
	}
	output, err := s.outputPath.apply(b.evaluating(input))
	return output, nil, located(err, v)
}
