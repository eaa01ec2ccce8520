package pages

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"clinical-risk-pipeline/asl/serve/api"
)

// request is the body of a request of the API. Members that are "" are left out.
type request map[string]any

// ask performs an operation of the API.
func ask[Out any](ctx context.Context, s Server, operation string, members request) (*Out, *api.Error) {
	for name, value := range members {
		if value == "" {
			delete(members, name)
		}
	}
	body, err := json.Marshal(members)
	if err != nil {
		return nil, broken(err)
	}
	answer, fault := s.Call(ctx, operation, body)
	if fault != nil {
		return nil, fault
	}
	out := new(Out)
	if body, err = json.Marshal(answer); err == nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		return nil, broken(err)
	}
	return out, nil
}

// broken is the error of an answer that cannot be read: a fault of the program.
func broken(err error) *api.Error {
	return &api.Error{Code: "InternalFailure", Message: err.Error(), Status: 500}
}

// stamp is a time in an answer: seconds since 1970. 0 is none.
type stamp float64

// Time returns the time, in UTC.
func (s stamp) Time() time.Time { return time.UnixMilli(int64(math.Round(float64(s) * 1000))).UTC() }

// executionItem is an execution in a list.
type executionItem struct {
	ExecutionARN           string `json:"executionArn"`
	Name                   string `json:"name"`
	Status                 string `json:"status"`
	StartDate              stamp  `json:"startDate"`
	StopDate               stamp  `json:"stopDate"`
	ItemCount              *int   `json:"itemCount"`
	StateMachineARN        string `json:"stateMachineArn"`
	StateMachineVersionARN string `json:"stateMachineVersionArn"`
	StateMachineAliasARN   string `json:"stateMachineAliasArn"`
	RedriveCount           int    `json:"redriveCount"`
}

// executionList is the answer of ListExecutions.
type executionList struct {
	Executions []executionItem `json:"executions"`
	NextToken  string          `json:"nextToken"`
}

// described is the answer of DescribeExecution.
type described struct {
	executionItem
	MapRunARN   string `json:"mapRunArn"`
	RedriveDate stamp  `json:"redriveDate"`
	Error       string `json:"error"`
	Cause       string `json:"cause"`
}

// machineItem is a state machine, in a list or described.
type machineItem struct {
	StateMachineARN string `json:"stateMachineArn"`
	Name            string `json:"name"`
	Type            string `json:"type"`
	CreationDate    stamp  `json:"creationDate"`
	Definition      string `json:"definition"`
	Description     string `json:"description"`
}

// describedMapRun is the answer of DescribeMapRun.
type describedMapRun struct {
	MapRunARN       string `json:"mapRunArn"`
	ExecutionARN    string `json:"executionArn"`
	Status          string `json:"status"`
	StartDate       stamp  `json:"startDate"`
	StopDate        stamp  `json:"stopDate"`
	ItemCounts      counts `json:"itemCounts"`
	ExecutionCounts counts `json:"executionCounts"`
}

// counts are the numbers of items or child executions.
type counts struct {
	Running   int `json:"running"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	TimedOut  int `json:"timedOut"`
	Aborted   int `json:"aborted"`
	Total     int `json:"total"`
}
