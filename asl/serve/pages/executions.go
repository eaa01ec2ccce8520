package pages

import (
	"context"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// executionsShown is the number of executions on a page.
const executionsShown = 50

// statuses are the filters of a list, in their order.
var statuses = []string{string(asl.Running), string(asl.Succeeded), string(asl.Failed), string(asl.TimedOut), string(asl.Aborted)}

// executionsData is a page of executions.
type executionsData struct {
	Executions []executionItem
	Filters    []filter
	Status     string // the filter; "" for all
	Next       string // the URL of the next page; "" on the last one
	First      string // the URL of the first page; "" on it
	Items      bool   // whether each execution has a number of items
}

// filter is a link to the executions of one status.
type filter struct {
	link
	Chosen bool
}

// executions lists executions of what a member of ListExecutions names: a state machine or a Map Run. path is the page that shows them.
func (p *pages) executions(ctx context.Context, path, member, arn, status, token string) (*executionsData, *api.Error) {
	if status != "" && !slices.Contains(statuses, status) {
		return nil, api.Errorf("UnknownStatus", "The status must be one of %v, got %q.", statuses, status)
	}
	list, fault := ask[executionList](ctx, p.server, "ListExecutions",
		request{member: arn, "statusFilter": status, "nextToken": token, "maxResults": executionsShown})
	if fault != nil {
		return nil, fault
	}
	data := &executionsData{Executions: list.Executions, Status: status, Filters: []filter{{link{"all", address(path, "arn", arn)}, status == ""}}}
	for _, s := range statuses {
		data.Filters = append(data.Filters, filter{link{words(s), address(path, "arn", arn, "status", s)}, status == s})
	}
	if list.NextToken != "" {
		data.Next = address(path, "arn", arn, "status", status, "token", list.NextToken)
	}
	if token != "" {
		data.First = address(path, "arn", arn, "status", status)
	}
	return data, nil
}
