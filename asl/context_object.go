package asl

import (
	"time"

	"clinical-risk-pipeline/asl/value"
)

// contextObject returns the context object as the current state sees it.
// See https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html.
func (b *branch) contextObject() *value.Object {
	if b.at.context != nil {
		return b.at.context
	}
	if b.test != nil && b.test.Context != nil {
		b.at.context = b.test.contextObject(b)
		return b.at.context
	}
	s := b.at.state
	stateObject := value.NewObject(3).With("EnteredTime", timestamp(b.at.entered)).With("Name", s.name)
	switch s.kind {
	case "Task", "Parallel", "Map":
		stateObject.Set("RetryCount", float64(b.at.retries))
	}
	object := value.NewObject(5).With("Execution", b.x.contextObject()).With("State", stateObject.Share()).With("StateMachine", b.x.machineObject())
	if s.kind == "Task" {
		if token := b.taskToken(); token != "" {
			object.Set("Task", value.NewObject(1).With("Token", token).Share())
		}
	}
	if b.item != nil {
		object.Set("Map", value.NewObject(1).With("Item", b.item.contextObject()).Share())
	}
	b.at.context = object.Share()
	return object
}

// contextObject returns the part of the context object that describes the execution.
func (x *execution) contextObject() *value.Object {
	if x.context == nil {
		x.context = value.NewObject(7).With("Id", x.result.ARN).With("Input", x.result.Input).With("Name", x.result.Name).
			With("RoleArn", x.run.options.RoleARN).With("StartTime", timestamp(x.result.Start)).With("RedriveCount", float64(x.resumed.redrives()))
		if x.resumed != nil {
			x.context.Set("RedriveTime", timestamp(x.resumed.time))
		}
		x.context.Share()
	}
	return x.context
}

// machineObject returns the part of the context object that describes the state machine.
func (x *execution) machineObject() *value.Object {
	return value.NewObject(2).With("Id", x.machineARN).With("Name", x.machineName).Share()
}

// timestamp writes a time as the context object has it: with milliseconds, or without a fraction.
func timestamp(t time.Time) string {
	if t = t.UTC().Truncate(time.Millisecond); t.Nanosecond() == 0 {
		return t.Format(time.RFC3339)
	}
	return t.Format(timeLayout)
}
