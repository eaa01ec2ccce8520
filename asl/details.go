package asl

import "clinical-risk-pipeline/asl/internal/value"

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
	AssignedVariables map[string]any // nil: the state assigned none
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

var untruncated = map[string]any{"truncated": false}

func (d *ExecutionStarted) attributes() map[string]any {
	return map[string]any{"input": value.Encode(d.Input), "inputDetails": untruncated, "roleArn": d.RoleARN}
}

func (d *ExecutionSucceeded) attributes() map[string]any {
	return map[string]any{"output": value.Encode(d.Output), "outputDetails": untruncated}
}

func (d *StateEntered) attributes() map[string]any {
	return map[string]any{"name": d.Name, "input": value.Encode(d.Input), "inputDetails": untruncated}
}

func (d *StateExited) attributes() map[string]any {
	a := map[string]any{"name": d.Name, "output": value.Encode(d.Output), "outputDetails": untruncated}
	if d.AssignedVariables != nil {
		assigned := make(map[string]string, len(d.AssignedVariables))
		for name, v := range d.AssignedVariables {
			assigned[name] = value.Encode(v)
		}
		a["assignedVariables"], a["assignedVariablesDetails"] = assigned, untruncated
	}
	return a
}

func (d *TaskScheduled) attributes() map[string]any {
	a := map[string]any{"resource": d.Resource}
	if d.ResourceType == "" {
		a["input"], a["inputDetails"] = value.Encode(d.Parameters), untruncated
	} else {
		a["resourceType"], a["region"], a["parameters"] = d.ResourceType, d.Region, value.Encode(d.Parameters)
	}
	if d.TimeoutInSeconds > 0 {
		a["timeoutInSeconds"] = d.TimeoutInSeconds
	}
	if d.HeartbeatInSeconds > 0 {
		a["heartbeatInSeconds"] = d.HeartbeatInSeconds
	}
	if d.RoleARN != "" {
		a["taskCredentials"] = map[string]any{"roleArn": d.RoleARN}
	}
	return a
}

func (d *TaskStarted) attributes() map[string]any {
	return map[string]any{"resourceType": d.ResourceType, "resource": d.Resource}
}

func (d *ActivityStarted) attributes() map[string]any {
	if d.WorkerName == "" {
		return map[string]any{}
	}
	return map[string]any{"workerName": d.WorkerName}
}

func (d *TaskResult) attributes() map[string]any {
	a := map[string]any{"output": value.Encode(d.Output), "outputDetails": untruncated}
	if d.ResourceType != "" {
		a["resourceType"], a["resource"] = d.ResourceType, d.Resource
	}
	return a
}

func (d *Failure) attributes() map[string]any {
	a := map[string]any{}
	for key, text := range map[string]string{"resourceType": d.ResourceType, "resource": d.Resource, "error": d.Error, "cause": d.Cause} {
		if text != "" {
			a[key] = text
		}
	}
	return a
}

func (d *EvaluationFailed) attributes() map[string]any {
	a := map[string]any{"error": d.Error, "cause": d.Cause, "state": d.State}
	if d.Location != "" {
		a["location"] = d.Location
	}
	return a
}

func (d *MapStarted) attributes() map[string]any { return map[string]any{"length": d.Length} }

func (d *MapIteration) attributes() map[string]any {
	return map[string]any{"name": d.Name, "index": d.Index}
}

func (d *MapRunStarted) attributes() map[string]any {
	return map[string]any{"mapRunArn": d.MapRunARN}
}
