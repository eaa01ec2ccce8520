package diagnose

import (
	"fmt"

	"clinical-risk-pipeline/asl/value"
)

// places says where states are in a definition.
type places struct {
	paths     map[string]string // by state, such as "/States/Map/ItemProcessor/States/Inner"
	resources map[string]string // the Resource of each state
}

// locate finds the states of a definition, which is decoded JSON.
func locate(definition *value.Object) places {
	p := places{map[string]string{}, map[string]string{}}
	p.machine(definition, "")
	return p
}

func (p places) machine(v any, path string) {
	machine, _ := v.(*value.Object)
	states := machine.Object("States")
	for _, name := range states.Keys() {
		at := path + "/States/" + name
		if _, seen := p.paths[name]; !seen || len(at) < len(p.paths[name]) {
			p.paths[name] = at
		}
		state := states.Object(name)
		if resource, ok := state.Value("Resource").(string); ok {
			p.resources[name] = resource
		}
		p.machine(state.Value("ItemProcessor"), at+"/ItemProcessor")
		p.machine(state.Value("Iterator"), at+"/Iterator")
		branches, _ := state.Value("Branches").([]any)
		for i, branch := range branches {
			p.machine(branch, fmt.Sprintf("%s/Branches[%d]", at, i))
		}
	}
}

// location returns the place of a field in a state; "" is the state itself, and the state "" is the definition.
func (p places) location(state, field string) string {
	path := ""
	if state != "" {
		path = p.paths[state]
		if path == "" {
			path = "/States/" + state
		}
	}
	for rest := field; rest != ""; {
		var name string
		name, rest = cut(rest)
		path += "/" + name
	}
	if path == "" {
		return "/"
	}
	return path
}

// cut returns the first name of a place such as "Retry[0].ErrorEquals", and the rest.
func cut(field string) (name, rest string) {
	for i := range len(field) {
		if field[i] == '.' && i+1 < len(field) && field[i+1] != '$' {
			return field[:i], field[i+1:]
		}
	}
	return field, ""
}
