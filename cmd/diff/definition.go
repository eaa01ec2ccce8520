package main

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/jsondiff"
	"clinical-risk-pipeline/internal/strictjson"
)

// stateMachine is a state machine whose definition changed.
type stateMachine struct {
	name        string
	before, now states
}

// states are the states of a definition by their paths, for instance "ScoreCohort / InvokeModel". A state is here without the
// states in it. The entry "" has the fields of the definition itself.
type states map[string]object

// takeDefinitions finds the state machines whose definitions differ, and puts a reference into both templates instead. It leaves a
// definition where it is if it cannot be decoded.
func takeDefinitions(before, now object) []stateMachine {
	var machines []stateMachine
	for _, id := range slices.Sorted(maps.Keys(resources(now))) {
		was, is := stateMachineProperties(before, id), stateMachineProperties(now, id)
		if was == nil || is == nil || reflect.DeepEqual(was["DefinitionString"], is["DefinitionString"]) {
			continue
		}
		statesBefore, err := decode(was["DefinitionString"])
		if err != nil {
			continue
		}
		statesNow, err := decode(is["DefinitionString"])
		if err != nil {
			continue
		}
		machines = append(machines, stateMachine{pathOf(now, id), statesBefore, statesNow})
		was["DefinitionString"], is["DefinitionString"] = "before, by state: see below", "now, by state: see below"
	}
	return machines
}

func resources(template object) object {
	all, _ := template["Resources"].(object)
	return all
}

// stateMachineProperties returns the properties of a resource, or nil if it is not a state machine.
func stateMachineProperties(template object, id string) object {
	resource, _ := resources(template)[id].(object)
	if resource["Type"] != "AWS::StepFunctions::StateMachine" {
		return nil
	}
	properties, _ := resource["Properties"].(object)
	return properties
}

// pathOf returns the construct path of a resource, or its logical id if the template has no paths.
func pathOf(template object, id string) string {
	resource, _ := resources(template)[id].(object)
	metadata, _ := resource["Metadata"].(object)
	if path, ok := metadata["aws:cdk:path"].(string); ok {
		return strings.TrimSuffix(path, "/Resource")
	}
	return id
}

// decode reads a DefinitionString. References become text, such as ${Topic} or ${Key.Arn}.
func decode(definitionString any) (states, error) {
	var text strings.Builder
	for _, part := range joined(definitionString) {
		if literal, ok := part.(string); ok {
			text.WriteString(literal)
		} else {
			text.WriteString("${" + reference(part) + "}")
		}
	}
	var definition object
	if err := strictjson.Unmarshal([]byte(text.String()), &definition); err != nil {
		return nil, err
	}
	all := states{}
	all.collect("", definition)
	return all, nil
}

// joined returns the parts of an Fn::Join without a separator, or the value itself.
func joined(value any) []any {
	call, _ := value.(object)
	if arguments, ok := call["Fn::Join"].([]any); ok && len(arguments) == 2 && arguments[0] == "" {
		if parts, ok := arguments[1].([]any); ok {
			return parts
		}
	}
	return []any{value}
}

// reference names what an intrinsic function refers to, in text that fits into a JSON string.
func reference(part any) string {
	call, _ := part.(object)
	if name, ok := call["Ref"].(string); ok {
		return name
	}
	if attribute, ok := call["Fn::GetAtt"].([]any); ok && len(attribute) == 2 {
		return fmt.Sprintf("%v.%v", attribute[0], attribute[1])
	}
	return strings.NewReplacer(`\`, "", `"`, "'").Replace(jsondiff.JSON(part))
}

// collect adds a definition and the states in it, those of maps and branches included. It takes the definition apart.
func (s states) collect(path string, definition object) {
	inner, _ := definition["States"].(object)
	delete(definition, "States")
	if path == "" {
		s[path] = definition
	}
	for name, value := range inner {
		state, _ := value.(object)
		at := name
		if path != "" {
			at = path + " / " + name
		}
		for i, machine := range machinesIn(state) {
			below := at
			if state["Branches"] != nil {
				below = fmt.Sprintf("%s / branch %d", at, i+1)
			}
			s.collect(below, machine)
		}
		s[at] = state
	}
}

// machinesIn returns the state machines inside a Parallel or Map state.
func machinesIn(state object) (machines []object) {
	branches, _ := state["Branches"].([]any)
	for _, inner := range append(slices.Clip(branches), state["ItemProcessor"], state["Iterator"]) {
		if machine, ok := inner.(object); ok && machine["States"] != nil {
			machines = append(machines, machine)
		}
	}
	return machines
}

// write shows the states that differ.
func (m stateMachine) write(w io.Writer) {
	fmt.Fprintf(w, "\nThe definition of %s, by state:\n", m.name)
	paths := slices.Concat(slices.Collect(maps.Keys(m.before)), slices.Collect(maps.Keys(m.now)))
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		before, was := m.before[path]
		now, is := m.now[path]
		title := path
		if path == "" {
			title = "(the state machine itself)"
		}
		switch changes := jsondiff.Compare(before, now); {
		case !was:
			fmt.Fprintf(w, "  [+] %s\n%s", title, indented(now))
		case !is:
			fmt.Fprintf(w, "  [-] %s\n%s", title, indented(before))
		case len(changes) > 0:
			fmt.Fprintf(w, "  [~] %s\n", title)
			writeChanges(w, changes)
		}
	}
}

func writeChanges(w io.Writer, changes []jsondiff.Change) {
	for _, change := range changes {
		fmt.Fprintf(w, "      %s\n", change.Path)
		for _, value := range change.Removed {
			fmt.Fprintf(w, "        - %s\n", value)
		}
		for _, value := range change.Added {
			fmt.Fprintf(w, "        + %s\n", value)
		}
	}
}

// indented writes the fields of a state, one a line.
func indented(state object) string {
	var text strings.Builder
	for _, field := range slices.Sorted(maps.Keys(state)) {
		fmt.Fprintf(&text, "      %s: %s\n", field, jsondiff.JSON(state[field]))
	}
	return text.String()
}
