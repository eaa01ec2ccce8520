package asl

import "time"

// contextObject returns the context object as the current state sees it.
// See https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html.
func (b *branch) contextObject() map[string]any {
	if b.at.context != nil {
		return b.at.context
	}
	s := b.at.state
	stateObject := map[string]any{"EnteredTime": timestamp(b.at.entered), "Name": s.name}
	object := map[string]any{
		"Execution":    b.x.contextObject(),
		"StateMachine": map[string]any{"Id": b.x.machineARN, "Name": b.x.machineName},
		"State":        stateObject,
	}
	switch s.kind {
	case "Task", "Parallel", "Map":
		stateObject["RetryCount"] = float64(b.at.retries)
	}
	if s.kind == "Task" {
		if token := b.taskToken(); token != "" {
			object["Task"] = map[string]any{"Token": token}
		}
	}
	if b.item != nil {
		object["Map"] = map[string]any{"Item": map[string]any{"Index": float64(b.item.index), "Value": b.item.value}}
	}
	b.at.context = object
	return object
}

// contextObject returns the part of the context object that describes the execution.
func (x *execution) contextObject() map[string]any {
	if x.context == nil {
		x.context = map[string]any{
			"Id": x.result.ARN, "Input": x.result.Input, "Name": x.result.Name, "RoleArn": x.run.options.RoleARN,
			"RedriveCount": float64(x.resumed.redrives()), "StartTime": timestamp(x.result.Start),
		}
	}
	return x.context
}

func timestamp(t time.Time) string { return t.UTC().Format(timeLayout) }
