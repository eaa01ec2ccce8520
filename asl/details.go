package asl

import "clinical-risk-pipeline/asl/value"

// ExecutionStarted holds the details of the event of that name.
type ExecutionStarted struct {
	Input   any
	RoleARN string
}

// ExecutionSucceeded holds the details of the event of that name.
type ExecutionSucceeded struct{ Output any }

// StateEntered holds the details of events such as TaskStateEntered.
type StateEntered struct {
	Name  string
	Input any
}

// StateExited holds the details of events such as TaskStateExited.
type StateExited struct {
	Name              string
	Output            any
	AssignedVariables *value.Object // nil: the state assigned none
}

// TaskScheduled holds the details of TaskScheduled, LambdaFunctionScheduled and ActivityScheduled.
type TaskScheduled struct {
	ResourceType       string // "sns", "aws-sdk:s3", …; "" for Lambda functions by ARN and for activities
	Resource           string // "publish", "invoke.waitForTaskToken", …; otherwise the ARN
	Region             string
	Parameters         any
	TimeoutInSeconds   int64 // 0: none
	HeartbeatInSeconds int64 // 0: none
	RoleARN            string
}

// TaskStarted holds the details of TaskStarted.
type TaskStarted struct{ ResourceType, Resource string }

// ActivityStarted holds the details of the event of that name.
type ActivityStarted struct{ WorkerName string }

// TaskResult holds the details of TaskSucceeded, TaskSubmitted, LambdaFunctionSucceeded and ActivitySucceeded.
type TaskResult struct {
	ResourceType, Resource string // "" for Lambda functions by ARN and for activities
	Output                 any
}

// Failure holds the details of events that report an error, such as ExecutionFailed, TaskFailed or ActivityTimedOut.
type Failure struct {
	ResourceType, Resource string // "" except for service integrations
	Error, Cause           string
}

// EvaluationFailed holds the details of the event of that name, which reports a failed JSONata expression.
type EvaluationFailed struct {
	Error, Cause string
	Location     string // the field of the expression; "" for the items of a Map in its input
	State        string
}

// MapStarted holds the details of MapStateStarted.
type MapStarted struct{ Length int }

// MapIteration holds the details of MapIterationStarted, MapIterationSucceeded, MapIterationFailed and MapIterationAborted.
type MapIteration struct {
	Name  string // name of the Map state
	Index int
}

// MapRunStarted holds the details of the event of that name.
type MapRunStarted struct{ MapRunARN string }

// untruncated says that a payload is complete.
var untruncated = value.NewObject(1).With("truncated", false).Share()

// withPayload adds a payload as JSON text, if data is wanted.
func withPayload(a *value.Object, data bool, name string, payload any) *value.Object {
	if !data {
		return a
	}
	return a.With(name, value.Encode(payload)).With(name+"Details", untruncated)
}

// withTexts adds the texts that are not empty. pairs are names and texts.
func withTexts(a *value.Object, pairs ...string) *value.Object {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			a.Set(pairs[i], pairs[i+1])
		}
	}
	return a
}

func (d *ExecutionStarted) attributes(data bool) *value.Object {
	return withPayload(value.NewObject(3), data, "input", d.Input).With("roleArn", d.RoleARN)
}

func (d *ExecutionSucceeded) attributes(data bool) *value.Object {
	return withPayload(value.NewObject(2), data, "output", d.Output)
}

func (d *StateEntered) attributes(data bool) *value.Object {
	return withPayload(value.NewObject(3).With("name", d.Name), data, "input", d.Input)
}

func (d *StateExited) attributes(data bool) *value.Object {
	a := withPayload(value.NewObject(5).With("name", d.Name), data, "output", d.Output)
	if data && d.AssignedVariables != nil {
		assigned := value.NewObject(d.AssignedVariables.Len())
		for _, m := range d.AssignedVariables.Members() {
			assigned.Set(m.Key, value.Encode(m.Value))
		}
		a.With("assignedVariables", assigned).Set("assignedVariablesDetails", untruncated)
	}
	return a
}

func (d *TaskScheduled) attributes(data bool) *value.Object {
	a := value.NewObject(7)
	if d.ResourceType == "" {
		withPayload(a.With("resource", d.Resource), data, "input", d.Parameters)
	} else {
		a.With("resourceType", d.ResourceType).With("resource", d.Resource).Set("region", d.Region)
		if data {
			a.Set("parameters", value.Encode(d.Parameters))
		}
	}
	if d.TimeoutInSeconds > 0 {
		a.Set("timeoutInSeconds", float64(d.TimeoutInSeconds))
	}
	if d.HeartbeatInSeconds > 0 {
		a.Set("heartbeatInSeconds", float64(d.HeartbeatInSeconds))
	}
	if d.RoleARN != "" {
		a.Set("taskCredentials", value.NewObject(1).With("roleArn", d.RoleARN))
	}
	return a
}

func (d *TaskStarted) attributes(bool) *value.Object {
	return value.NewObject(2).With("resourceType", d.ResourceType).With("resource", d.Resource)
}

func (d *ActivityStarted) attributes(bool) *value.Object {
	return withTexts(value.NewObject(1), "workerName", d.WorkerName)
}

func (d *TaskResult) attributes(data bool) *value.Object {
	return withPayload(withTexts(value.NewObject(4), "resourceType", d.ResourceType, "resource", d.Resource), data, "output", d.Output)
}

func (d *Failure) attributes(bool) *value.Object {
	return withTexts(value.NewObject(4), "resourceType", d.ResourceType, "resource", d.Resource, "error", d.Error, "cause", d.Cause)
}

func (d *EvaluationFailed) attributes(bool) *value.Object {
	a := value.NewObject(4).With("error", d.Error).With("cause", d.Cause)
	return withTexts(a, "location", d.Location).With("state", d.State)
}

func (d *MapStarted) attributes(bool) *value.Object {
	return value.NewObject(1).With("length", float64(d.Length))
}

func (d *MapIteration) attributes(bool) *value.Object {
	return value.NewObject(2).With("name", d.Name).With("index", float64(d.Index))
}

func (d *MapRunStarted) attributes(bool) *value.Object {
	return value.NewObject(1).With("mapRunArn", d.MapRunARN)
}
