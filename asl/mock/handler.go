package mock

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
)

// Handler returns a handler for one execution, because it counts the calls. An empty name selects the only state machine or test case.
func (c *Config) Handler(stateMachine, testCase string) (asl.Handler, error) {
	cases, err := pick("state machine", c.machines, stateMachine)
	if err != nil {
		return nil, err
	}
	states, err := pick("test case", cases, testCase)
	if err != nil {
		return nil, err
	}
	return &handler{config: c, states: states, calls: map[string]int{}}, nil
}

// pick finds a member by name.
func pick[V any](what string, from map[string]V, name string) (V, error) {
	names := slices.Sorted(maps.Keys(from))
	if name == "" && len(names) == 1 {
		return from[names[0]], nil
	}
	v, ok := from[name]
	switch {
	case ok:
		return v, nil
	case name == "":
		return v, fmt.Errorf("the stubs have more than one %s, choose one of %s", what, strings.Join(names, ", "))
	}
	return v, fmt.Errorf("the stubs have no %s %q, choose one of %s", what, name, strings.Join(names, ", "))
}

// ErrNoStub is the error of a call of a state that the test case does not name.
var ErrNoStub = errors.New("has no stub")

// handler answers tasks from a test case.
type handler struct {
	config *Config
	states map[string]string
	calls  map[string]int
}

// Call returns the answer to the state's next call.
func (h *handler) Call(_ context.Context, task *asl.Task) (asl.Reply, error) {
	name, ok := h.states[task.State]
	if !ok {
		return asl.Reply{}, fmt.Errorf("%w (it calls %s)", ErrNoStub, task.Resource)
	}
	call := h.calls[task.State]
	h.calls[task.State]++
	for _, a := range h.config.responses[name] {
		if call >= a.first && call <= a.last {
			return a.reply, a.err
		}
	}
	return asl.Reply{}, fmt.Errorf("the stub %q has no entry %d: the state calls %s once more", name, call, task.Resource)
}
