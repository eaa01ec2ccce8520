package test

import (
	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// The engine's objects keep the order of their members. Most tests here ask for members by name only, and read Go maps.

// inputOf returns the input of a task.
func inputOf(task *asl.Task) object { return value.Plain(task.Input).(object) }

// resultOf returns the output of an execution.
func resultOf(x *asl.Execution) object { return value.Plain(x.Output).(object) }

// walk calls visit for every state of a definition.
func walk(definition any, visit func(name string, state object)) {
	ordered, err := value.Normalize(definition)
	if err != nil {
		panic(err) // it was JSON
	}
	asl.Walk(ordered, func(name string, state *value.Object) { visit(name, value.Plain(state).(object)) })
}
