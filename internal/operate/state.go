package operate

import (
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/workflow"
)

// RecordStates are the states that write decision records.
var RecordStates = []string{workflow.RecordDecisions, workflow.RecordDecision, workflow.RecordLowRisk}

// StateOf returns a state of a decoded definition, wherever it is; nil if there is none.
func StateOf(definition any, name string) *value.Object {
	switch v := definition.(type) {
	case *value.Object:
		if state := v.Object("States").Object(name); state != nil {
			return state
		}
		for _, m := range v.Members() {
			if state := StateOf(m.Value, name); state != nil {
				return state
			}
		}
	case []any:
		for _, item := range v {
			if state := StateOf(item, name); state != nil {
				return state
			}
		}
	}
	return nil
}
