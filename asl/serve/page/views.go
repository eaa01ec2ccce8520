package page

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/draw"
	"clinical-risk-pipeline/asl/serve/api"
)

// listed is a part of a list of executions.
type listed struct {
	Executions []execution `json:"executions"`
	NextToken  string      `json:"nextToken"`
}

// home lists the state machines, each with its newest executions.
func (p *Page) home(r *http.Request) (view, *api.Error) {
	type entry struct {
		machine
		listed
	}
	var entries []entry
	in := request{"maxResults": 100}
	if token := r.FormValue("token"); token != "" {
		in["nextToken"] = token
	}
	machines, fault := read[struct {
		StateMachines []machine `json:"stateMachines"`
		NextToken     string    `json:"nextToken"`
	}](r.Context(), p, "ListStateMachines", in)
	if fault != nil {
		return view{}, fault
	}
	running := false
	for _, m := range machines.StateMachines {
		e := entry{machine: m}
		if m.Type == "STANDARD" {
			if e.listed, fault = read[listed](r.Context(), p, "ListExecutions", request{"stateMachineArn": m.Arn, "maxResults": 5}); fault != nil {
				return view{}, fault
			}
		}
		running = running || slices.ContainsFunc(e.Executions, isRunning)
		entries = append(entries, e)
	}
	return view{"home.gohtml", "State machines", running, map[string]any{"Machines": entries, "Next": next(r, machines.NextToken)}}, nil
}

func isRunning(x execution) bool { return x.Status == "RUNNING" }

// statuses are the filters of a list of executions.
var statuses = []string{"", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}

// machine shows a state machine and its executions.
func (p *Page) machine(r *http.Request) (view, *api.Error) {
	arn, status := r.FormValue("arn"), r.FormValue("status")
	m, fault := read[machine](r.Context(), p, "DescribeStateMachine", request{"stateMachineArn": arn})
	if fault != nil {
		return view{}, fault
	}
	var list listed
	if m.Type == "STANDARD" {
		if list, fault = p.list(r, request{"stateMachineArn": arn}); fault != nil {
			return view{}, fault
		}
	}
	return view{"machine.gohtml", m.Name, slices.ContainsFunc(list.Executions, isRunning), map[string]any{
		"Machine": m, "Drawing": drawing(m.Definition, nil), "Definition": indented(m.Definition), "Executions": list.Executions, "Next": next(r, list.NextToken),
		"Statuses": statuses, "Status": status, "Path": "/machine", "Arn": arn}}, nil
}

// list lists executions as the request filters them.
func (p *Page) list(r *http.Request, in request) (listed, *api.Error) {
	in["maxResults"] = 100
	if status := r.FormValue("status"); status != "" {
		in["statusFilter"] = status
	}
	if token := r.FormValue("token"); token != "" {
		in["nextToken"] = token
	}
	return read[listed](r.Context(), p, "ListExecutions", in)
}

// next is the address of the next part of a list, "" at its end.
func next(r *http.Request, token string) string {
	if token == "" {
		return ""
	}
	query := r.URL.Query()
	query.Set("token", token)
	return r.URL.Path + "?" + query.Encode()
}

// maxEvents is the number of events on a page.
const maxEvents = 500

// execution shows an execution: its end, its path, and its events without payloads.
func (p *Page) execution(r *http.Request) (view, *api.Error) {
	arn := r.FormValue("arn")
	x, fault := read[execution](r.Context(), p, "DescribeExecution", request{"executionArn": arn, "includedData": "METADATA_ONLY"})
	if fault != nil {
		return view{}, fault
	}
	of, fault := read[machine](r.Context(), p, "DescribeStateMachineForExecution", request{"executionArn": arn})
	if fault != nil {
		return view{}, fault
	}
	events, fault := p.history(r.Context(), arn, false)
	if fault != nil {
		return view{}, fault
	}
	runs, fault := p.mapRuns(r.Context(), x)
	if fault != nil {
		return view{}, fault
	}
	counts := overlay(events, x.Status)
	partly, fault := p.addChildren(r.Context(), counts, runs)
	if fault != nil {
		return view{}, fault
	}
	from, _ := strconv.Atoi(r.FormValue("from"))
	from = min(max(from, 0), len(events))
	to := min(from+maxEvents, len(events))
	more := ""
	if to < len(events) {
		more = "/execution?arn=" + url.QueryEscape(arn) + "&from=" + strconv.Itoa(to)
	}
	return view{"execution.gohtml", x.Name, isRunning(x), map[string]any{
		"Execution": x, "Machine": of, "Drawing": drawing(of.Definition, counts), "Partly": partly, "Rows": rows(events[from:to]), "MapRuns": runs,
		"Count": len(events), "More": more}}, nil
}

func (p *Page) mapRuns(ctx context.Context, x execution) ([]mapRun, *api.Error) {
	if x.MapRunArn != "" {
		return nil, nil // A child has none.
	}
	list, fault := read[struct {
		MapRuns []mapRun `json:"mapRuns"`
	}](ctx, p, "ListMapRuns", request{"executionArn": x.Arn, "maxResults": 100})
	return list.MapRuns, fault
}

// maxChildren is the number of child executions of a Map Run that a drawing counts.
const maxChildren = 50

// addChildren adds the newest child executions of Map Runs to the counts. partly reports that there are more.
func (p *Page) addChildren(ctx context.Context, counts *draw.Overlay, runs []mapRun) (partly bool, fault *api.Error) {
	for _, run := range runs {
		children, fault := read[listed](ctx, p, "ListExecutions", request{"mapRunArn": run.Arn, "maxResults": maxChildren})
		if fault != nil {
			return false, fault
		}
		partly = partly || children.NextToken != ""
		for _, child := range children.Executions {
			events, fault := p.history(ctx, child.Arn, false)
			if fault != nil {
				return false, fault
			}
			of := overlay(events, child.Status)
			for name, count := range of.States {
				sum := counts.States[name]
				counts.States[name] = draw.Count{Entered: sum.Entered + count.Entered, Failed: sum.Failed + count.Failed}
			}
			for pair, n := range of.Transitions {
				counts.Transitions[pair] += n
			}
		}
	}
	return partly, nil
}

// mapRun shows a Map Run and its child executions.
func (p *Page) mapRun(r *http.Request) (view, *api.Error) {
	arn := r.FormValue("arn")
	run, fault := read[mapRun](r.Context(), p, "DescribeMapRun", request{"mapRunArn": arn})
	if fault != nil {
		return view{}, fault
	}
	list, fault := p.list(r, request{"mapRunArn": arn})
	if fault != nil {
		return view{}, fault
	}
	return view{"maprun.gohtml", "Map Run", run.Status == "RUNNING", map[string]any{"Run": run, "Executions": list.Executions, "Next": next(r, list.NextToken),
		"Statuses": statuses, "Status": r.FormValue("status"), "Path": "/maprun", "Arn": arn}}, nil
}

// event shows one event with its payloads, or with id 0 the input and output of the execution.
func (p *Page) event(r *http.Request) (view, *api.Error) {
	arn := r.FormValue("arn")
	id, _ := strconv.Atoi(r.FormValue("id"))
	x, fault := read[execution](r.Context(), p, "DescribeExecution", request{"executionArn": arn})
	if fault != nil {
		return view{}, fault
	}
	data := map[string]any{"Execution": x}
	if id == 0 {
		data["Payloads"] = []payload{{"input", indented(x.Input)}}
		if x.Output != nil {
			data["Payloads"] = []payload{{"input", indented(x.Input)}, {"output", indented(*x.Output)}}
		}
		return view{"event.gohtml", "Input and output", false, data}, nil
	}
	events, fault := p.history(r.Context(), arn, true)
	if fault != nil {
		return view{}, fault
	}
	if id < 1 || id > len(events) {
		return view{}, &api.Error{Code: "ResourceNotFound", Message: "The execution has no event " + strconv.Itoa(id)}
	}
	e := &events[id-1]
	data["Event"], data["Payloads"] = rows(events[id-1 : id])[0], payloads(e)
	return view{"event.gohtml", e.Type, false, data}, nil
}

// payload is a member of an event's details.
type payload struct{ Name, Text string }

func payloads(e *asl.Event) (all []payload) {
	for _, m := range e.Attributes().Members() {
		if text, isText := m.Value.(string); isText {
			all = append(all, payload{m.Key, indented(text)})
		} else if m.Key == "assignedVariables" {
			all = append(all, payload{m.Key, indented(asl.Encode(m.Value))})
		}
	}
	return all
}

// indented returns JSON with line breaks, and any other text as it is.
func indented(text string) string {
	var v json.RawMessage
	if json.Unmarshal([]byte(text), &v) != nil || text == "" || text[0] != '{' && text[0] != '[' {
		return text
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return text
	}
	return string(out)
}

// drawn is a drawing, or why there is none.
type drawn struct {
	SVG   template.HTML
	Fault string
}
