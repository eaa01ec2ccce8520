package asl

import (
	"maps"
	"slices"
)

// Walk calls visit for every state of a definition, including the states inside Parallel and Map states. States with the same
// parent come in order of their names, and each is followed by the states inside it. The definition is decoded JSON and need not
// be valid: a state that is not an object is visited as nil.
func Walk(definition any, visit func(name string, state map[string]any)) {
	machine, _ := definition.(map[string]any)
	states, _ := machine["States"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(states)) {
		state, _ := states[name].(map[string]any)
		visit(name, state)
		for _, inner := range Inner(state) {
			Walk(inner, visit)
		}
	}
}

// Inner returns the state machines inside a Parallel or Map state: its Branches, its ItemProcessor or the older Iterator.
func Inner(state map[string]any) []map[string]any {
	branches, _ := state["Branches"].([]any)
	var machines []map[string]any
	for _, v := range slices.Concat(branches, []any{state["ItemProcessor"], state["Iterator"]}) {
		if machine, ok := v.(map[string]any); ok && machine["States"] != nil {
			machines = append(machines, machine)
		}
	}
	return machines
}
