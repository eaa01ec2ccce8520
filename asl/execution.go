package asl

import "time"

// Status is the final status of an execution.
type Status string

// The final statuses of an execution, as DescribeExecution names them.
const (
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED" // stopped, or a child execution that was still running when its Map Run ended
)

// Stop is the cause of a cancelled context that stops an execution, as StopExecution does. The execution ends as Aborted.
type Stop struct{ Name, Cause string }

// Error renders "NAME: CAUSE".
func (s *Stop) Error() string { return (&Error{s.Name, s.Cause}).Error() }

// Execution is the outcome of a run.
type Execution struct {
	Name, ARN    string
	Status       Status
	Input        any
	Output       any       // of a succeeded execution
	Error, Cause string    // of an execution that failed, timed out or was stopped
	Start, Stop  time.Time // virtual
	History      []Event   // the events of GetExecutionHistory, oldest first
	Bill         Bill      // what AWS would bill, including child executions
	MapRunARN    string    // of a child execution: its Map Run
	Items        int       // of a child execution: the number of its items
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
