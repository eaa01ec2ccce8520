package outcome

import "clinical-risk-pipeline/asl"

// trace is the way of an execution through its states.
type trace struct {
	retries     []Retry
	transitions [][2]string
	last        string // the state to which the last event belongs
}

// follow reads the trace from a history. The events of branches interleave: an event belongs to the state that it names, otherwise to
// the same state as the event that it follows.
func follow(history []asl.Event) trace {
	t := trace{retries: []Retry{}}
	visits := map[int64]int64{} // event id → id of the event that entered its state
	names := map[int64]string{} // names of the entered states, by the id of that event
	scheduled := map[int64]int{}
	latest := map[string]int64{} // the last event that entered a state, by the state's name
	for i := range history {
		event := &history[i]
		visit := visits[event.PreviousEventID]
		switch details := event.Details.(type) {
		case *asl.StateEntered:
			if from, ok := names[visit]; ok {
				t.transitions = append(t.transitions, [2]string{from, details.Name})
			}
			visit, names[event.ID], latest[details.Name] = event.ID, details.Name, event.ID
		case *asl.StateExited:
			visit = latest[details.Name]
		case *asl.MapIteration:
			visit = latest[details.Name]
		case *asl.EvaluationFailed:
			visit = latest[details.State]
		case *asl.TaskScheduled:
			if scheduled[visit]++; scheduled[visit] > 1 {
				t.retried(names[visit])
			}
		}
		visits[event.ID] = visit
		t.last = names[visit]
	}
	return t
}

// retried counts a retry of a state.
func (t *trace) retried(state string) {
	for i := range t.retries {
		if t.retries[i].State == state {
			t.retries[i].Count++
			return
		}
	}
	t.retries = append(t.retries, Retry{State: state, Count: 1})
}
