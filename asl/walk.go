package asl

import (
	"slices"

	"clinical-risk-pipeline/asl/value"
)

// Walk calls visit for every state of a definition, including the states inside Parallel and Map states. States with the same
// parent come in order of their names, and each is followed by the states inside it. The definition is decoded JSON and need not
// be valid: a state that is not an object is visited as nil.
func Walk(definition any, visit func(name string, state *value.Object)) {
	machine, _ := definition.(*value.Object)
	states := machine.Object("States")
	for _, name := range slices.Sorted(slices.Values(states.Keys())) {
		state := states.Object(name)
		visit(name, state)
		for _, inner := range Inner(state) {
			Walk(inner, visit)
		}
	}
}

// Inner returns the state machines inside a Parallel or Map state: its Branches, its ItemProcessor or the older Iterator.
func Inner(state *value.Object) []*value.Object {
	branches, _ := state.Value("Branches").([]any)
	var machines []*value.Object
	for _, v := range slices.Concat(branches, []any{state.Value("ItemProcessor"), state.Value("Iterator")}) {
		if machine, ok := v.(*value.Object); ok && machine.Value("States") != nil {
			machines = append(machines, machine)
		}
	}
	return machines
}
