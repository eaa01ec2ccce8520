package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// latestShown is the number of executions on the first page.
const latestShown = 15

// maxResults is the largest page of the API.
const maxResults = 1000

// machineRow is a state machine on the first page.
type machineRow struct {
	machineItem
	Running     int
	RunningMore bool // whether there are more than Running
	Latest      *executionItem
}

// homeData is the data of the first page.
type homeData struct {
	Machines []machineRow
	Latest   []executionItem
	More     string // the token of the next page
	Paged    bool   // whether this is not the first page
}

// home shows the state machines, and the executions that started last.
func (p *pages) home(r *http.Request) (*screen, *api.Error) {
	token := r.FormValue("token")
	list, fault := ask[struct {
		StateMachines []machineItem `json:"stateMachines"`
		NextToken     string        `json:"nextToken"`
	}](r.Context(), p.server, "ListStateMachines", request{"nextToken": token})
	if fault != nil {
		return nil, fault
	}
	data := homeData{More: list.NextToken, Paged: token != ""}
	for _, m := range list.StateMachines {
		row := machineRow{machineItem: m}
		if m.Type != string(asl.Express) {
			executions, fault := p.activity(r.Context(), &row)
			if fault != nil {
				continue // It was deleted since.
			}
			data.Latest = append(data.Latest, executions...)
		}
		data.Machines = append(data.Machines, row)
	}
	slices.SortStableFunc(data.Latest, func(a, b executionItem) int { return cmp.Compare(b.StartDate, a.StartDate) })
	data.Latest = data.Latest[:min(latestShown, len(data.Latest))]
	return &screen{Template: "home", Title: "State machines", Live: true, Data: data}, nil
}

// activity says what a state machine does. It returns its executions that started last.
func (p *pages) activity(ctx context.Context, row *machineRow) ([]executionItem, *api.Error) {
	latest, fault := ask[executionList](ctx, p.server, "ListExecutions", request{"stateMachineArn": row.StateMachineARN, "maxResults": latestShown})
	if fault != nil {
		return nil, fault
	}
	running := latest
	if latest.NextToken != "" { // There are more than are shown.
		if running, fault = ask[executionList](ctx, p.server, "ListExecutions",
			request{"stateMachineArn": row.StateMachineARN, "statusFilter": string(asl.Running), "maxResults": maxResults}); fault != nil {
			return nil, fault
		}
	}
	for _, x := range running.Executions {
		if x.Status == string(asl.Running) {
			row.Running++
		}
	}
	row.RunningMore = running.NextToken != ""
	if len(latest.Executions) > 0 {
		row.Latest = &latest.Executions[0]
	}
	return latest.Executions, nil
}
