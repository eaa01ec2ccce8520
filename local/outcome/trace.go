package outcome

import "clinical-risk-pipeline/asl"

// trace is the way of an execution through its states.
type trace struct {
	retries     []Retry
	transitions [][2]string
	last        string // the state to which the last event belongs
}

// follow reads the trace from a history. The events of branches interleave: each event belongs to the same state as the event before
// it in its branch.
func follow(history []asl.Event) trace {
	t := trace{retries: []Retry{}}
	visits := map[int64]int64{} // event id → id of the event that entered its state
	names := map[int64]string{} // names of the entered states, by the id of that event
	scheduled := map[int64]int{}
	for i := range history {
		event := &history[i]
		visit := visits[event.PreviousEventID]
		switch details := event.Details.(type) {
		case *asl.StateEntered:
			if from, ok := names[visit]; ok {
				t.transitions = append(t.transitions, [2]string{from, details.Name})
			}
			visit, names[event.ID] = event.ID, details.Name
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
