package cases

import (
	"context"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl"
)

// Result is the outcome of a case.
type Result struct {
	Case        *Case
	Differences []Difference  // empty: the case passes
	Took        time.Duration // of this machine, not of the execution
}

// Difference is a place where an execution differs from what a case expects.
type Difference struct {
	Path string `json:"path"` // such as output.items[1].price
	Want string `json:"want"`
	Got  string `json:"got"`
}

// Run executes a case. objects are what Distributed Maps read; nil if there are none. The error reports only a cancelled context and
// what no case can expect, such as a type of workflow that the definition does not fit.
func (t *Table) Run(ctx context.Context, c *Case, objects asl.Objects) (*Result, error) {
	began := time.Now()
	options := t.options
	h := &handler{stubs: c.stubs, calls: map[string][]any{}}
	options.Handler, options.Objects = h, objects
	x, err := t.machine.Run(ctx, c.input, options)
	r := &Result{Case: c}
	switch {
	case err == nil:
		r.Differences = append(c.expect.compare(x, h.calls), h.unused()...)
	case ctx.Err() == nil && h.missing != nil:
		r.Differences = []Difference{*h.missing}
	default:
		return nil, fmt.Errorf("%s:%d: %w", t.File, c.Line, err)
	}
	r.Took = time.Since(began)
	return r, nil
}

// handler answers tasks from the stubs of a case, and keeps their inputs.
type handler struct {
	stubs   map[string]*stub
	calls   map[string][]any
	missing *Difference // the call that has no answer
}

// Call implements asl.Handler.
func (h *handler) Call(_ context.Context, task *asl.Task) (asl.Reply, error) {
	n := len(h.calls[task.State])
	h.calls[task.State] = append(h.calls[task.State], task.Input)
	s := h.stubs[task.State]
	switch {
	case s != nil && s.every:
		return s.answers[0].reply, s.answers[0].err
	case s != nil && n < len(s.answers):
		return s.answers[n].reply, s.answers[n].err
	case s == nil:
		h.missing = &Difference{"stubs." + task.State, "an answer for the call of " + task.Resource, "no stub"}
	default:
		h.missing = &Difference{"stubs." + task.State, fmt.Sprintf("an answer for call %d of %s", n+1, task.Resource), answers(len(s.answers))}
	}
	return asl.Reply{}, fmt.Errorf("there is no answer for %s", task.Resource)
}

// unused returns the lists of a case's own stubs that have answers left: the case does not show what it says.
func (h *handler) unused() []Difference {
	var unused []Difference
	for _, state := range sorted(h.stubs) {
		if s, made := h.stubs[state], len(h.calls[state]); !s.every && !s.shared && made < len(s.answers) {
			unused = append(unused, Difference{"stubs." + state, "a call for each of " + answers(len(s.answers)), callsMade(made)})
		}
	}
	return unused
}

func answers(n int) string   { return count(n, "answer") }
func callsMade(n int) string { return count(n, "call") }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
