package asl

import (
	"errors"

	"clinical-risk-pipeline/asl/internal/clock"
	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/jsonata"
	"clinical-risk-pipeline/asl/value"
)

// branch is one thread of an execution: the main program, a branch of a Parallel state or an iteration of a Map state.
type branch struct {
	x        *execution
	p        *clock.Process
	scope    *scope
	item     *mapItem // the innermost Map item, for the context object
	previous int64    // the id of the event that the branch's next event follows
	env      query.Env
	at       visit
	test     *stateTest // nil in executions
}

// mapItem is the item of a Map state that the context object describes.
type mapItem struct {
	index  int
	key    *string // of a member of an object; nil for other items
	value  any
	source string // stateData, or the address of the S3 object or bucket
}

// stateData is the source of an item in the state's data.
const stateData = "STATE_DATA"

// newMapItem returns an item as a source of items gives it.
func newMapItem(index int, v any, source string) *mapItem {
	if pair, ok := v.(items.Pair); ok {
		return &mapItem{index: index, key: &pair.Key, value: pair.Value, source: source}
	}
	return &mapItem{index: index, value: v, source: source}
}

// input returns what the processing of the item gets without an ItemSelector.
func (i *mapItem) input() any {
	if i.key != nil {
		return items.Pair{Key: *i.key, Value: i.value}.Object()
	}
	return i.value
}

// contextObject returns the item's part of the context object.
func (i *mapItem) contextObject() *value.Object {
	item := value.NewObject(4).With("Index", float64(i.index)).With("Value", i.value).With("Source", i.source)
	if i.key != nil {
		item.Set("Key", *i.key)
	}
	return item.Share()
}

// newBranch returns a branch that starts after the event previous. outer is the enclosing scope, or nil.
func newBranch(x *execution, process *clock.Process, outer *scope, item *mapItem, previous int64) *branch {
	b := &branch{x: x, p: process, scope: &scope{outer: outer}, item: item, previous: previous}
	b.env = query.Env{Context: b.contextObject, Variable: b.scope.lookup, Random: x.random, JSONata: jsonata.Options{Now: x.run.now, Random: x.run.random}}
	return b
}

// run executes a program with an input.
func (b *branch) run(p *program, input any) (any, error) { return b.runFrom(p.start, input) }

// runFrom executes a state and its successors.
func (b *branch) runFrom(s state, input any) (any, error) {
	for {
		output, next, err := b.visit(s, input)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return output, nil
		}
		s, input = next.state, output
	}
}

// visit executes one state, from entry to exit.
func (b *branch) visit(s state, input any) (any, *target, error) {
	c := s.base()
	if err := b.enter(c, input); err != nil {
		return nil, nil, err
	}
	output, next, err := s.run(b, &b.at)
	if err != nil {
		b.left(c, err)
		return nil, nil, err
	}
	if !value.Same(output, input) { // the input was checked as the output of the state before
		if err := checkSize(output, c.name); err != nil {
			return nil, nil, err
		}
	}
	if b.at.assigned != nil {
		b.scope.assign(b.at.assigned)
	}
	b.record(c.exited, &StateExited{Name: c.name, Output: output, AssignedVariables: b.at.assigned})
	return output, next, nil
}

// enter starts the visit.
func (b *branch) enter(c *common, input any) error {
	if err := b.x.admit(); err != nil {
		return err
	}
	b.at = visit{state: c, input: input, entered: b.p.Now(), before: b.previous}
	if b.test != nil {
		b.at.retries = b.test.Retries
	}
	b.at.eventID = b.record(c.entered, &StateEntered{Name: c.name, Input: input})
	b.x.transition()
	return nil
}

// left records that a state ended with an error.
func (b *branch) left(c *common, err error) {
	var e *failure
	switch {
	case errors.Is(err, clock.ErrStopped):
		b.note(c.kind+"StateAborted", nil)
	case errors.As(err, &e):
		b.evaluationFailed(e)
	}
}

// record appends an event to the history and returns its id. The branch's next event follows it.
func (b *branch) record(eventType string, details Details) int64 {
	b.previous = b.note(eventType, details)
	return b.previous
}

// note appends an event that the branch's next event does not follow: in the service's histories, ExecutionStarted and the events
// that end the work of a Map or Parallel state lead nowhere.
func (b *branch) note(eventType string, details Details) int64 {
	return b.x.record(b.previous, b.p.Now(), eventType, details)
}

// evaluating prepares the environment for the templates of the current state. In it, $ is input.
func (b *branch) evaluating(input any) *query.Env {
	b.env.Input, b.env.Result, b.env.HasResult, b.env.Error = input, nil, false, nil
	return &b.env
}

// assign evaluates Assign. The variables change when the execution leaves the state.
func (b *branch) assign(t query.Template, env *query.Env) error {
	if t == nil {
		return nil
	}
	v, err := t.Eval(env)
	if err != nil {
		return err
	}
	variables, ok := v.(*value.Object)
	if !ok {
		return query.Unexpected(t, v, "object")
	}
	b.at.assigned = variables
	return b.scope.check(variables)
}
