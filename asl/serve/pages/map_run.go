package pages

import (
	"context"
	"net/http"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// mapRunData is the data of the page of a Map Run.
type mapRunData struct {
	describedMapRun
	Executions *executionsData
}

// mapRun shows a Map Run and its child executions.
func (p *pages) mapRun(r *http.Request) (*screen, *api.Error) {
	arn := r.FormValue("arn")
	run, fault := ask[describedMapRun](r.Context(), p.server, "DescribeMapRun", request{"mapRunArn": arn})
	if fault != nil {
		return nil, fault
	}
	data := mapRunData{describedMapRun: *run}
	if data.Executions, fault = p.executions(r.Context(), "/map-run", "mapRunArn", arn, r.FormValue("status"), r.FormValue("token")); fault != nil {
		return nil, fault
	}
	data.Executions.Items = true
	trail := []link{home, {last(run.ExecutionARN), address("/execution", "arn", run.ExecutionARN)}}
	return &screen{Template: "map-run", Title: "Map Run " + last(arn), Trail: trail, Live: run.Status == string(asl.Running), Data: data}, nil
}

// mapRuns returns the Map Runs of an execution.
func (p *pages) mapRuns(ctx context.Context, execution string) ([]*describedMapRun, *api.Error) {
	list, fault := ask[struct {
		MapRuns []struct {
			ARN string `json:"mapRunArn"`
		} `json:"mapRuns"`
	}](ctx, p.server, "ListMapRuns", request{"executionArn": execution})
	if fault != nil {
		return nil, fault
	}
	var all []*describedMapRun
	for _, r := range list.MapRuns {
		run, fault := ask[describedMapRun](ctx, p.server, "DescribeMapRun", request{"mapRunArn": r.ARN})
		if fault != nil {
			return nil, fault
		}
		all = append(all, run)
	}
	return all, nil
}
