package pages

import (
	"context"
	"net/http"

	"clinical-risk-pipeline/asl"
	asldraw "clinical-risk-pipeline/asl/draw"
	"clinical-risk-pipeline/asl/serve/api"
)

// childrenCounted is the number of child executions of a Map Run whose counts the drawing has.
const childrenCounted = 100

// executionData is the data of the page of an execution.
type executionData struct {
	*described
	Because   payload // the cause
	Drawing   drawing
	States    []*stateRow
	MapRuns   []*describedMapRun
	Events    eventsData
	LastEvent int
	FailedIn  *visit // the state in which it failed
}

// Running reports whether the execution runs.
func (d *executionData) Running() bool { return d.Status == string(asl.Running) }

// execution shows an execution: its path, its states and its events.
func (p *pages) execution(r *http.Request) (*screen, *api.Error) {
	arn := r.FormValue("arn")
	x, fault := p.describe(r.Context(), arn) // Before the history: a page that says SUCCEEDED has the last event.
	if fault != nil {
		return nil, fault
	}
	h, fault := p.history(arn)
	if fault != nil {
		return nil, fault
	}
	data := &executionData{described: x, LastEvent: len(h.events)}
	if data.MapRuns, fault = p.mapRuns(r.Context(), arn); fault != nil {
		return nil, fault
	}
	data.States = h.states(data.Running())
	if data.Drawing, fault = p.path(r.Context(), x, h, data.States, data.MapRuns); fault != nil {
		return nil, fault
	}
	data.Because = newPayload("Cause", x.Cause, address("/payload", "arn", arn, "event", data.LastEvent, "member", "cause"))
	data.Events = h.page(r)
	if n := len(h.events); n > 0 && x.Status != string(asl.Succeeded) && !data.Running() {
		if before := h.event(h.events[n-1].Previous); before != nil && before.Visit != nil && before.Visit.Failed {
			data.FailedIn = before.Visit
		}
	}
	return &screen{Template: "execution", Title: x.Name, Trail: x.trail(), Live: data.Running(), Data: data}, nil
}

// describe describes an execution, without its input and output.
func (p *pages) describe(ctx context.Context, arn string) (*described, *api.Error) {
	return ask[described](ctx, p.server, "DescribeExecution", request{"executionArn": arn, "includedData": "METADATA_ONLY"})
}

// trail returns the pages above that of an execution.
func (x *described) trail() []link {
	if x.MapRunARN != "" {
		return []link{home, {"Map Run " + last(x.MapRunARN), address("/map-run", "arn", x.MapRunARN)}}
	}
	return []link{home, {last(x.StateMachineARN), address("/machine", "arn", x.StateMachineARN)}}
}

// path draws the path of an execution. The states inside a Distributed Map have the counts of its child executions.
func (p *pages) path(ctx context.Context, x *described, h *history, states []*stateRow, runs []*describedMapRun) (drawing, *api.Error) {
	m, fault := ask[machineItem](ctx, p.server, "DescribeStateMachineForExecution", request{"executionArn": x.ExecutionARN})
	if fault != nil {
		return drawing{}, fault
	}
	overlay := &asldraw.Overlay{States: map[string]asldraw.Count{}, Transitions: map[[2]string]int{}}
	h.addTo(overlay)
	overlay.Links = map[string]string{}
	for _, row := range states {
		overlay.Links[row.State] = address("/event", "arn", x.ExecutionARN, "id", row.Last)
	}
	if x.MapRunARN != "" && len(h.visits) > 0 {
		m.Definition = part(m.Definition, h.visits[0].State)
	}
	for _, run := range runs {
		children, fault := ask[executionList](ctx, p.server, "ListExecutions", request{"mapRunArn": run.MapRunARN, "maxResults": childrenCounted})
		if fault != nil {
			return drawing{}, fault
		}
		for _, child := range children.Executions {
			if h, fault := p.history(child.ExecutionARN); fault == nil { // A fault: it was forgotten since.
				h.addTo(overlay)
			}
		}
	}
	return draw(m.Definition, overlay), nil
}
