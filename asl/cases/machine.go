package cases

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/document"
)

// machine knows the states of a definition. A nil machine knows nothing and finds no fault: the definition has some.
type machine struct {
	states, tasks []string // sorted
}

// machine loads the definition.
func (f *faults) machine(t *Table, name string, options []asl.LoadOption) *machine {
	if name == "" {
		return nil
	}
	t.Definition = t.beside(name)
	text, err := os.ReadFile(t.Definition)
	if err != nil {
		f.more = append(f.more, err)
		return nil
	}
	t.machine, err = asl.Load(text, options...)
	if err != nil {
		list := []error{err}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			list = joined.Unwrap()
		}
		for _, fault := range list {
			f.more = append(f.more, fmt.Errorf("%s: %w", t.Definition, fault))
		}
		return nil
	}
	definition, err := asl.Decode(text)
	if err != nil {
		f.more = append(f.more, errors.Join(err)) // Load read it.
		return nil
	}
	states, tasks := map[string]bool{}, map[string]bool{}
	asl.Walk(definition, func(name string, state *value.Object) {
		states[name] = true
		tasks[name] = state.Text("Type") == "Task"
	})
	maps.DeleteFunc(tasks, func(_ string, is bool) bool { return !is })
	return &machine{slices.Sorted(maps.Keys(states)), slices.Sorted(maps.Keys(tasks))}
}

// state adds a fault unless the definition has a state of the name.
func (m *machine) state(f *faults, name document.Name, at string) {
	if m != nil && !slices.Contains(m.states, name.Text) {
		f.add(name.Line, at, fmt.Sprintf("must be a state of the definition, got %q: %s", document.Short(name.Text), instead(name.Text, m.states, "the states are ")))
	}
}

// task adds a fault unless the definition has a Task state of the name.
func (m *machine) task(f *faults, name document.Name, at string) {
	switch {
	case m == nil || slices.Contains(m.tasks, name.Text):
	case len(m.tasks) == 0:
		f.add(name.Line, at, "must be a Task state, but the definition has none: remove it")
	default:
		f.add(name.Line, at, fmt.Sprintf("must be a Task state of the definition, got %q: %s", document.Short(name.Text), instead(name.Text, m.tasks, "the Task states are ")))
	}
}
