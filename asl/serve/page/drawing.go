package page

import (
	"html/template"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/draw"
)

// drawing draws a definition.
func drawing(definition string, o *draw.Overlay) drawn {
	svg, err := draw.SVG([]byte(definition), o)
	if err != nil {
		return drawn{Fault: err.Error()}
	}
	return drawn{SVG: template.HTML(svg)} //nolint:gosec // package draw escapes what it writes
}

// overlay counts the states and transitions of a history.
func overlay(events []asl.Event, status string) *draw.Overlay {
	o := &draw.Overlay{States: map[string]draw.Count{}, Transitions: map[[2]string]int{}}
	last := ""
	for i := range events {
		e := &events[i]
		entered, ok := e.Details.(*asl.StateEntered)
		if !ok {
			continue
		}
		last = entered.Name
		count := o.States[last]
		count.Entered++
		o.States[last] = count
		if before := e.PreviousEventID; before >= 1 && before <= int64(len(events)) {
			if exited, ok := events[before-1].Details.(*asl.StateExited); ok {
				o.Transitions[[2]string{exited.Name, last}]++
			}
		}
	}
	if status == "FAILED" || status == "TIMED_OUT" || status == "ABORTED" {
		if count, ok := o.States[last]; ok {
			count.Failed = 1
			o.States[last] = count
		}
	}
	return o
}

// row is an event in the table.
type row struct {
	ID                 int64
	Time, Type, State  string
	Error, Cause, More string
}

// rows returns the events as the table shows them. An event without a state of its own belongs to the one before it in its branch.
func rows(events []asl.Event) []row {
	all := make([]row, len(events))
	for i := range events {
		e := &events[i]
		all[i] = row{ID: e.ID, Time: e.Timestamp.UTC().Format("15:04:05.000"), Type: e.Type, State: e.StateName()}
		switch d := e.Details.(type) {
		case *asl.Failure:
			all[i].Error, all[i].Cause = d.Error, d.Cause
		case *asl.EvaluationFailed:
			all[i].Error, all[i].Cause, all[i].State = d.Error, d.Cause, d.State
		case *asl.TaskScheduled:
			all[i].More = d.ResourceType + ":" + d.Resource
			if d.ResourceType == "" {
				all[i].More = d.Resource
			}
		case *asl.MapIteration:
			all[i].State = d.Name
		}
	}
	return all
}
