package asl

import "time"

// Status is the final status of an execution.
type Status string

// The final statuses of an execution, as DescribeExecution names them.
const (
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED" // a child execution that was still running when its Map Run ended
)

// Execution is the outcome of a run.
type Execution struct {
	Name, ARN    string
	Status       Status
	Input        any
	Output       any       // of a succeeded execution
	Error, Cause string    // of an execution that failed or timed out
	Start, Stop  time.Time // virtual
	History      []Event   // the events of GetExecutionHistory, oldest first
	Bill         Bill      // what AWS would bill, including child executions
}

// Path returns the names of the entered states in order. It includes states in branches and iterations, but not states in child executions.
func (e *Execution) Path() []string {
	var path []string
	for i := range e.History {
		if entered, ok := e.History[i].Details.(*StateEntered); ok {
			path = append(path, entered.Name)
		}
	}
	return path
}
