package proof

import (
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/workflow"
)

// facts are what the history and the definition say of an execution.
type facts struct {
	definition *value.Object
	events     []asl.Event
	input      *value.Object
	output     *value.Object            // of the execution; nil if it did not succeed
	entered    map[string]int           // by state
	parameters map[string]*value.Object // of the last task of a state
	results    map[string]*value.Object // of the last task of a state that succeeded or was accepted
	exits      map[string]*value.Object // the last output of a state
}

// gather reads the facts.
func gather(definition []byte, events []asl.Event) (*facts, error) {
	decoded, err := asl.Decode(definition)
	if err != nil {
		return nil, err
	}
	f := &facts{events: events, entered: map[string]int{}, parameters: map[string]*value.Object{}, results: map[string]*value.Object{}, exits: map[string]*value.Object{}}
	f.definition, _ = decoded.(*value.Object)
	states := map[int64]string{}
	for i := range events {
		e := &events[i]
		state := states[e.PreviousEventID]
		switch details := e.Details.(type) {
		case *asl.ExecutionStarted:
			f.input, _ = details.Input.(*value.Object)
		case *asl.ExecutionSucceeded:
			f.output, _ = details.Output.(*value.Object)
		case *asl.StateEntered:
			state = details.Name
			f.entered[state]++
		case *asl.StateExited:
			state = details.Name
			f.exits[state], _ = details.Output.(*value.Object)
		case *asl.TaskScheduled:
			f.parameters[state], _ = details.Parameters.(*value.Object)
		case *asl.TaskResult:
			if result, ok := details.Output.(*value.Object); ok {
				f.results[state] = result
			}
		}
		states[e.ID] = state
	}
	return f, nil
}

// visited returns the first of the states that the execution entered, "" for none.
func (f *facts) visited(names ...string) string {
	for _, name := range names {
		if f.entered[name] > 0 {
			return name
		}
	}
	return ""
}

// state returns a state of the definition, wherever it is; nil if there is none.
func (f *facts) state(name string) *value.Object { return operate.StateOf(f.definition, name) }

// argument returns a text in the arguments of a state of the definition, "" if it has none or an expression.
func (f *facts) argument(state string, path ...string) string {
	at := f.state(state).Object("Arguments")
	if at == nil {
		at = f.state(state).Object("Parameters")
	}
	for _, name := range path[:len(path)-1] {
		at = at.Object(name)
	}
	text := at.Text(path[len(path)-1])
	if strings.HasPrefix(text, "{%") {
		return ""
	}
	return text
}

// trial is the trial of the input, [workflow.Unknown] without one.
func (f *facts) trial() string {
	if id := f.input.Text(workflow.TrialID); id != "" {
		return id
	}
	return workflow.Unknown
}

// last is the data of the execution at its end: its output, or what its last state had.
func (f *facts) data(name string) any {
	if f.output.Has(name) {
		return f.output.Value(name)
	}
	for i := len(f.events) - 1; i >= 0; i-- {
		if exited, ok := f.events[i].Details.(*asl.StateExited); ok {
			if output, _ := exited.Output.(*value.Object); output.Has(name) {
				return output.Value(name)
			}
		}
	}
	return nil
}

// counts are the counts of a cohort's subjects; nil if the execution made none.
func (f *facts) counts() *value.Object {
	counts, _ := f.data(workflow.Counts).(*value.Object)
	return counts
}

// number returns a number of an object as an integer.
func number(o *value.Object, name string) int {
	n, _ := o.Value(name).(float64)
	return int(n)
}
