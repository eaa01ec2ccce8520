package teststate

import (
	"encoding/json"

	"github.com/google/uuid"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/value"
)

// contextFields are the members of a context object, with the type of each: string, number or any.
var contextFields = map[string]map[string]string{
	"Execution": {"Id": "string", "Input": "any", "Name": "string", "RoleArn": "string", "StartTime": "string",
		"RedriveCount": "number", "RedriveTime": "string"},
	"State":        {"EnteredTime": "string", "Name": "string", "RetryCount": "number"},
	"StateMachine": {"Id": "string", "Name": "string"},
	"Task":         {"Token": "string"},
}

// checkContext reads the context object of the request. Every member of it may be missing.
func (t *test) checkContext() *api.Error {
	if t.in.Context == nil {
		return nil
	}
	var fault string
	if t.context, fault = decode(*t.in.Context); fault != "" {
		return invalidContext(fault)
	}
	object, ok := t.context.(*value.Object)
	if !ok {
		return invalidContext("it must be an object")
	}
	for _, m := range object.Members() {
		fields, known := contextFields[m.Key]
		inner, isObject := m.Value.(*value.Object)
		switch {
		case m.Key == "Map":
			return invalidContext("'Map' field is not supported when mocking a Context object")
		case !known:
			return invalidContext("Field '" + m.Key + "' is not allowed")
		case !isObject:
			return invalidContext(m.Key + " must be an object")
		}
		if err := checkContextFields(m.Key, inner, fields); err != nil {
			return err
		}
	}
	return nil
}

func checkContextFields(name string, object *value.Object, fields map[string]string) *api.Error {
	for _, m := range object.Members() {
		kind, known := fields[m.Key]
		_, isText := m.Value.(string)
		_, isNumber := numberOf(m.Value)
		switch {
		case !known:
			return invalidContext("Field '" + m.Key + "' is not allowed")
		case kind == "string" && !isText:
			return invalidContext(name + "." + m.Key + " must be a string")
		case kind == "number" && !isNumber:
			return invalidContext(name + "." + m.Key + " must be a number")
		}
	}
	return nil
}

func invalidContext(fault string) *api.Error {
	return api.Invalid("Invalid Context object provided: %s", fault)
}

// ownContext returns the context object of a request without one, as JSON: that of an Express execution which nobody started.
func (t *test) ownContext(input string) string {
	now := t.options.Now.UTC().Format("2006-01-02T15:04:05.000Z")
	arn := "arn:aws:states:" + t.options.Region + ":" + t.options.Account + ":"
	machine, execution := uuid.NewString(), uuid.NewString()
	type object map[string]any
	inner := object{"Id": arn + "express:" + machine + ":" + execution, "Input": json.RawMessage(input), "Name": execution, "StartTime": now}
	if t.in.RoleARN != nil {
		inner["RoleArn"] = *t.in.RoleARN
	}
	state := object{"Name": t.state.Name, "EnteredTime": now}
	switch t.state.Type {
	case "Task", "Map", "Parallel":
		state["RetryCount"] = 0
		if n := t.configuration().RetrierRetryCount; n != nil {
			state["RetryCount"] = *n
		}
	}
	context := object{"Execution": inner, "State": state, "StateMachine": object{"Id": arn + "stateMachine:" + machine, "Name": machine}}
	if t.state.Token {
		context["Task"] = object{"Token": uuid.NewString()}
	}
	written, err := json.Marshal(context)
	if err != nil {
		panic("teststate: the context object cannot be marshalled: " + err.Error()) // The input was read before.
	}
	return string(written)
}
