package asl

import "time"

// Status is how an execution ended.
type Status string

// The statuses of an execution that ended, as DescribeExecution gives them.
const (
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED" // a child execution whose Map Run ended before it
)

// Execution is the outcome of a run.
type Execution struct {
	Name, ARN    string
	Status       Status
	Input        any
	Output       any       // of a succeeded execution
	Error, Cause string    // of an execution that failed or timed out
	Start, Stop  time.Time // virtual
	History      []Event   // what GetExecutionHistory gives, oldest first
	Bill         Bill      // what AWS would bill, child executions included
}

// Path is the names of the states entered, in order. States in branches and iterations are among them; those in child executions are not.
func (e *Execution) Path() []string {
	var path []string
	for i := range e.History {
		if entered, ok := e.History[i].Details.(*StateEntered); ok {
			path = append(path, entered.Name)
		}
	}
	return path
}
