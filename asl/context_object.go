package asl

import "time"

// contextObject returns the context object as the current state sees it.
// See https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html.
func (b *branch) contextObject() map[string]any {
	if b.at.context != nil {
		return b.at.context
	}
	if b.test != nil && b.test.Context != nil {
		b.at.context = b.test.contextObject(b)
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
		object["Map"] = map[string]any{"Item": b.item.contextObject()}
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
		if x.resumed != nil {
			x.context["RedriveTime"] = timestamp(x.resumed.time)
		}
	}
	return x.context
}

// timestamp writes a time as the context object has it: with milliseconds, or without a fraction.
func timestamp(t time.Time) string {
	if t = t.UTC().Truncate(time.Millisecond); t.Nanosecond() == 0 {
		return t.Format(time.RFC3339)
	}
	return t.Format(timeLayout)
}
