package asl

import (
	"errors"

	"clinical-risk-pipeline/asl/internal/clock"
)

// parallelState runs branches side by side; its result is the list of their outputs.
type parallelState struct {
	common
	recovery
	work
	branches []*program
}

func newParallel(b *builder) state {
	s := &parallelState{common: b.common("Parallel")}
	s.next = b.transition()
	branches := b.objects("Branches")
	if len(branches) == 0 {
		b.fault("Branches", "must be a list of one branch at least")
	}
	for _, f := range branches {
		f.scope = b.scope.nested()
		f.comment()
		s.branches = append(s.branches, b.c.program(f))
		f.unread("a branch")
	}
	s.work, s.recovery = b.work(&s.common, true), b.recovery()
	return s
}

func (s *parallelState) run(b *branch, _ *visit) (any, *target, error) { return b.persist(s) }

func (s *parallelState) attempt(b *branch) (any, error) {
	input, err := b.effectiveInput()
	if err != nil {
		return nil, err
	}
	if input, err = s.input(b, input); err != nil {
		return nil, err
	}
	outputs, err := s.runBranches(b, input)
	if err != nil {
		return nil, err
	}
	return s.finish(b, outputs)
}

func (s *parallelState) runBranches(b *branch, input any) (any, error) {
	started := b.record("ParallelStateStarted", nil)
	outputs := make([]any, len(s.branches))
	i := 0
	f := fanOut{b: b, limit: len(s.branches), next: func() (job, error) {
		if i == len(s.branches) {
			return nil, nil
		}
		at := i
		i++
		return func(p *clock.Process) (err error) {
			inner := newBranch(b.x, p, b.scope, b.item, started)
			outputs[at], err = inner.run(s.branches[at], input)
			b.previous = inner.previous
			return err
		}, nil
	}}
	if err := f.run(); err != nil {
		b.recordFailed("ParallelStateFailed", err)
		return nil, err
	}
	b.record("ParallelStateSucceeded", nil)
	return outputs, nil
}

// recordFailed records that a Parallel or Map state failed.
func (b *branch) recordFailed(eventType string, err error) {
	var e *failure
	if errors.As(err, &e) {
		b.record(eventType, &Failure{Error: e.name, Cause: e.cause})
	}
}
