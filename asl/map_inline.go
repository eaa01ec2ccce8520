package asl

import (
	"errors"

	"clinical-risk-pipeline/asl/internal/clock"
)

// runInline runs the item processor for each item in this execution. The result is the list of outputs in the order of the items.
func (s *mapState) runInline(b *branch, input any, limit int) (any, error) {
	items, err := s.list(b, input)
	if err != nil {
		return nil, err
	}
	started := b.record("MapStateStarted", &MapStarted{Length: len(items)})
	outputs := make([]any, len(items))
	done := b.x.resumed.finished(s)
	i := 0
	jobs := fanOut{b: b, limit: limit, next: func() (job, error) {
		for i < len(items) {
			output, succeeded := done[i]
			if !succeeded {
				break
			}
			outputs[i] = output
			i++
		}
		if i == len(items) {
			return nil, nil
		}
		item := &mapItem{index: i, value: items[i]}
		i++
		selected, err := s.selected(b, input, item)
		if err != nil {
			return nil, err
		}
		return func(p *clock.Process) (err error) {
			outputs[item.index], err = s.iterate(b, p, item, selected, started)
			return err
		}, nil
	}}
	if err := jobs.run(); err != nil {
		b.recordFailed("MapStateFailed", err)
		return nil, err
	}
	b.record("MapStateSucceeded", nil)
	return outputs, nil
}

// iterate processes one item.
func (s *mapState) iterate(b *branch, p *clock.Process, item *mapItem, input any, started int64) (any, error) {
	inner := newBranch(b.x, p, b.scope, item, started)
	iteration := &MapIteration{Name: s.name, Index: item.index}
	inner.record("MapIterationStarted", iteration)
	output, err := inner.run(s.processor, input)
	var e *failure
	switch {
	case err == nil:
		inner.record("MapIterationSucceeded", iteration)
	case errors.As(err, &e):
		inner.record("MapIterationFailed", iteration)
	default:
		inner.record("MapIterationAborted", iteration)
	}
	b.previous = inner.previous
	return output, err
}
