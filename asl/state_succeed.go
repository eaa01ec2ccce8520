package asl

// succeedState ends its program successfully.
type succeedState struct{ common }

func newSucceed(b *builder) state {
	s := &succeedState{common: b.common("Succeed")}
	if b.jsonata {
		s.output = b.payload("Output", seesInput)
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
