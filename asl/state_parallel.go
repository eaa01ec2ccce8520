package asl

import (
	"errors"

	"clinical-risk-pipeline/asl/internal/clock"
)

// parallelState runs branches concurrently. Its result is the list of their outputs.
type parallelState struct {
	common
	recovery
	work
	branches []*program
}

func newParallel(f *fields) state {
	s := &parallelState{common: f.common("Parallel")}
	s.next = f.transition()
	branches := f.objects("Branches")
	if len(branches) == 0 {
		f.fault("Branches", "must be a list of at least one branch")
	}
	for _, inner := range branches {
		inner.scope = f.scope.nested()
		inner.comment()
		s.branches = append(s.branches, f.c.program(inner))
		inner.unread("a branch")
	}
	s.work, s.recovery = f.work(&s.common, true), f.recovery()
	return s
}

func (s *parallelState) run(b *branch, _ *visit) (any, *target, error) {
	return b.persist(s, &s.recovery)
}

func (s *parallelState) attempt(b *branch) (any, error) {
	input, err := b.effectiveInput()
	if err != nil {
		return nil, err
	}
	if input, err = s.input(b, input); err != nil {
		return nil, err
	}
	run := s.runBranches
	if b.mocked() {
		run = s.mock
	}
	outputs, err := run(b, input)
	if err != nil {
		return nil, err
	}
	return s.finish(b, outputs)
}

func (s *parallelState) runBranches(b *branch, input any) (any, error) {
	started := b.record("ParallelStateStarted", nil)
	outputs := make([]any, len(s.branches))
	i := 0
	jobs := fanOut{b: b, limit: len(s.branches)}
	jobs.next = func() (job, error) {
		if i == len(s.branches) {
			return nil, nil
		}
		at := i
		i++
		return func(p *clock.Process) (err error) {
			inner := newBranch(b.x, p, b.scope, b.item, started)
			outputs[at], err = inner.run(s.branches[at], input)
			inner.abandoned(err)
			jobs.follow(inner, err)
			return err
		}, nil
	}
	if err := jobs.run(); err != nil {
		return nil, err
	}
	b.note("ParallelStateSucceeded", nil)
	return outputs, nil
}

// abandoned records that a failed task ended its branch or iteration.
func (b *branch) abandoned(err error) {
	var e *failure
	if errors.As(err, &e) && b.at.state.kind == "Task" {
		b.note("TaskStateAborted", nil)
	}
}
