package asl

import "errors"

// worker is a state that can be retried and caught: Task, Parallel and Map.
type worker interface {
	state
	// attempt does the state's work once. It gives the output.
	attempt(b *branch) (any, error)
	recoveryRules() *recovery
}

// recovery is a state's Retry and Catch.
type recovery struct {
	retriers []retrier
	catchers []catcher
}

func (r *recovery) recoveryRules() *recovery { return r }

func (b *builder) recovery() recovery { return recovery{b.retriers(), b.catchers()} }

// persist attempts the state's work until it succeeds, or no retrier has an attempt left; then it tries the catchers.
func (b *branch) persist(w worker) (any, *target, error) {
	h := w.recoveryRules()
	used := make([]int, len(h.retriers))
	for {
		output, err := w.attempt(b)
		if err == nil {
			return output, w.base().next, nil
		}
		err = located(err, &b.at)
		var e *failure
		if !errors.As(err, &e) {
			return nil, nil, err
		}
		b.evaluationFailed(e)
		again, err := b.retry(h.retriers, used, e)
		if err != nil {
			return nil, nil, err
		}
		if again {
			if err := b.x.admit(); err != nil {
				return nil, nil, err
			}
			b.x.transition()
			continue
		}
		output, next, matched, err := b.caught(h.catchers, e)
		if !matched {
			return nil, nil, e
		}
		return output, next, located(err, &b.at)
	}
}

// evaluationFailed records that a JSONata expression failed.
func (b *branch) evaluationFailed(e *failure) {
	if e.location != "" {
		b.record("EvaluationFailed", &EvaluationFailed{Error: e.name, Cause: e.cause, Location: e.location, State: b.at.state.name})
		e.location = ""
	}
}
