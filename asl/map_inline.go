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
	turn := b.record("MapStateStarted", &MapStarted{Length: len(items)}) // the event that the next iteration follows
	outputs := make([]any, len(items))
	done := b.x.resumed.finished(s)
	i := 0
	jobs := &fanOut{b: b, limit: limit}
	jobs.next = func() (job, error) {
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
		item := newMapItem(i, items[i], stateData)
		i++
		selected, err := s.selected(b, input, item)
		if err != nil {
			return nil, err
		}
		return func(p *clock.Process) (err error) {
			outputs[item.index], err = s.iterate(jobs, p, item, selected, &turn)
			return err
		}, nil
	}
	if err := jobs.run(); err != nil {
		return nil, err
	}
	b.note("MapStateSucceeded", nil)
	return outputs, nil
}

// iterate processes one item. An iteration that takes the turn of another one follows the last event of that one's states.
func (s *mapState) iterate(jobs *fanOut, p *clock.Process, item *mapItem, input any, turn *int64) (any, error) {
	inner := newBranch(jobs.b.x, p, jobs.b.scope, item, *turn)
	iteration := &MapIteration{Name: s.name, Index: item.index}
	inner.record("MapIterationStarted", iteration)
	output, err := inner.run(s.processor, input)
	*turn = inner.previous
	var e *failure
	switch {
	case err == nil:
		inner.record("MapIterationSucceeded", iteration)
	case errors.As(err, &e):
		inner.note("MapIterationFailed", iteration)
		inner.abandoned(err)
	default:
		inner.note("MapIterationAborted", iteration)
	}
	jobs.follow(inner, err)
	return output, err
}
