package serve

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// execution is an execution of a Standard workflow, or a child execution of a Map Run. Its lock protects the fields after mu. Payloads
// are JSON text.
type execution struct {
	ARN, Name   string
	MachineARN  string // the state machine, or that of the Map Run
	VersionARN  string
	AliasARN    string
	MapRunARN   string // of a child execution
	Items       int    // of a child execution: the number of its items
	Input       string
	TraceHeader string
	Revision    string // the key of the revision that it runs
	TestCase    string // of the stubs
	Serial      uint64 // 1, 2, …: the order of the starts
	Start       time.Time
	revision    *revision

	mu           sync.Mutex
	Status       asl.Status
	Output       *string
	Error, Cause *string
	Stop         time.Time
	RedriveCount int
	Redriven     time.Time
	RedriveToken string
	history      *history
	cancel       context.CancelCauseFunc // of an execution that runs
	done         chan struct{}           // closed when it has ended
}

// view is what an execution is at a moment.
type view struct {
	Status       asl.Status
	Output       *string
	Error, Cause *string
	Stop         time.Time
	RedriveCount int
	Redriven     time.Time
}

// view returns what the execution is now.
func (x *execution) view() view {
	x.mu.Lock()
	defer x.mu.Unlock()
	return view{x.Status, x.Output, x.Error, x.Cause, x.Stop, x.RedriveCount, x.Redriven}
}

// ended reports whether the status is final.
func (v *view) ended() bool { return v.Status != asl.Running }

// redrivePeriod is how long after its end an execution can be redriven.
const redrivePeriod = 14 * 24 * time.Hour

// redrivable says whether an execution can be redriven: the status, and the reason if it cannot.
func (x *execution) redrivable(v view, now time.Time) (status, reason string) {
	switch {
	case x.MapRunARN != "" && v.ended() && v.Status != asl.Succeeded:
		return "REDRIVABLE_BY_MAP_RUN", ""
	case v.Status == asl.Running || v.Status == asl.Succeeded:
		return "NOT_REDRIVABLE", "Execution is " + string(v.Status) + " and cannot be redriven"
	case now.Sub(v.Stop) > redrivePeriod:
		return "NOT_REDRIVABLE", "Execution was stopped more than 14 days ago and cannot be redriven"
	}
	return "REDRIVABLE", ""
}

// executions are the executions that the server remembers: those that run, and the last ones that ended.
type executions struct {
	mu      sync.RWMutex
	byARN   map[string]*execution
	order   []*execution // by Serial; forgotten ones are nil
	ended   []*execution // in the order of their ends
	serial  uint64
	keep    int
	deleted int // the number of nils in order
}

// find returns an execution.
func (e *executions) find(arn string) (*execution, *api.Error) {
	if _, err := parseARN(arn, "execution"); err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if x := e.byARN[arn]; x != nil {
		return x, nil
	}
	return nil, api.Errorf("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}

// add adds an execution, unless there is one of its name, which it returns.
func (e *executions) add(x *execution) (existing *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if existing := e.byARN[x.ARN]; existing != nil {
		return existing
	}
	if x.Serial == 0 {
		e.serial++
		x.Serial = e.serial
	}
	e.serial = max(e.serial, x.Serial)
	e.byARN[x.ARN] = x
	e.order = append(e.order, x)
	return nil
}

// remove takes an execution out that could not start.
func (e *executions) remove(x *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop(x)
}

// end notes that an execution ended, and forgets the one that ended first if there are too many. It returns those that it forgot.
func (e *executions) end(x *execution) (forgotten []*execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = append(e.ended, x)
	for len(e.ended) > e.keep {
		oldest := e.ended[0]
		e.ended[0] = nil
		e.ended = e.ended[1:]
		if v := oldest.view(); !v.ended() || v.RedriveCount > 0 && slices.Contains(e.ended, oldest) {
			continue // It was redriven: it runs, or ended again later.
		}
		e.drop(oldest)
		forgotten = append(forgotten, oldest)
	}
	return forgotten
}

// drop takes an execution out. The caller holds the lock.
func (e *executions) drop(x *execution) {
	delete(e.byARN, x.ARN)
	if i, ok := slices.BinarySearchFunc(e.order, x.Serial, bySerial); ok {
		e.order[i] = &execution{Serial: x.Serial} // a tombstone, which keeps the order
		e.deleted++
	}
	if e.deleted > len(e.order)/2 {
		e.order = slices.DeleteFunc(e.order, func(x *execution) bool { return x.ARN == "" })
		e.order = slices.Clip(e.order)
		e.deleted = 0
	}
}

func bySerial(x *execution, serial uint64) int {
	switch {
	case x.Serial < serial:
		return -1
	case x.Serial > serial:
		return 1
	}
	return 0
}

// newest returns the executions that fit, the newest first.
func (e *executions) newest(fits func(*execution) bool) []*execution {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var all []*execution
	for _, x := range slices.Backward(e.order) {
		if x.ARN != "" && fits(x) {
			all = append(all, x)
		}
	}
	return all
}

// executionARN returns the ARN of an execution of a state machine.
func executionARN(m *machine, name string) string {
	return strings.Replace(m.ARN, ":stateMachine:", ":execution:", 1) + ":" + name
}

// expressARN returns the ARN of an Express execution.
func expressARN(m *machine, name string) string {
	return strings.Replace(m.ARN, ":stateMachine:", ":express:", 1) + ":" + name + ":" + newUUID()
}
