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

func (d *ExecutionStarted) encode(e *EventEncoder) {
	e.payload("input", d.Input)
	e.text("roleArn", d.RoleARN)
}

func (d *ExecutionSucceeded) encode(e *EventEncoder) { e.payload("output", d.Output) }

func (d *StateEntered) encode(e *EventEncoder) {
	e.text("name", d.Name)
	e.payload("input", d.Input)
}

func (d *StateExited) encode(e *EventEncoder) {
	e.text("name", d.Name)
	e.payload("output", d.Output)
	if d.AssignedVariables != nil {
		e.variables(d.AssignedVariables)
	}
}

func (d *TaskScheduled) encode(e *EventEncoder) {
	e.someText("resourceType", d.ResourceType)
	e.text("resource", d.Resource)
	if d.ResourceType == "" {
		e.payload("input", d.Parameters)
	} else {
		e.text("region", d.Region)
		e.json("parameters", d.Parameters)
	}
	e.someNumber("timeoutInSeconds", d.TimeoutInSeconds)
	e.someNumber("heartbeatInSeconds", d.HeartbeatInSeconds)
	if d.RoleARN != "" {
		e.raw("taskCredentials", value.AppendString([]byte(`{"roleArn":`), d.RoleARN), '}')
	}
}

func (d *TaskStarted) encode(e *EventEncoder) {
	e.text("resourceType", d.ResourceType)
	e.text("resource", d.Resource)
}

func (d *ActivityStarted) encode(e *EventEncoder) { e.someText("workerName", d.WorkerName) }

func (d *TaskResult) encode(e *EventEncoder) {
	e.someText("resourceType", d.ResourceType)
	e.someText("resource", d.Resource)
	e.payload("output", d.Output)
}

func (d *Failure) encode(e *EventEncoder) {
	e.someText("resourceType", d.ResourceType)
	e.someText("resource", d.Resource)
	e.someText("error", d.Error)
	e.cause(d.Cause)
}

func (d *EvaluationFailed) encode(e *EventEncoder) {
	e.text("error", d.Error)
	e.cause(d.Cause)
	e.someText("location", d.Location)
	e.text("state", d.State)
}

func (d *MapStarted) encode(e *EventEncoder) { e.number("length", int64(d.Length)) }

func (d *MapIteration) encode(e *EventEncoder) {
	e.text("name", d.Name)
	e.number("index", int64(d.Index))
}

func (d *MapRunStarted) encode(e *EventEncoder) { e.text("mapRunArn", d.MapRunARN) }
