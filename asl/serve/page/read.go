package page

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// The parts of answers that pages show. Times are seconds since 1970.
type (
	machine struct {
		Arn          string  `json:"stateMachineArn"`
		Name         string  `json:"name"`
		Type         string  `json:"type"`
		Status       string  `json:"status"`
		CreationDate float64 `json:"creationDate"`
		Definition   string  `json:"definition"`
		RoleArn      string  `json:"roleArn"`
	}
	execution struct {
		Arn          string  `json:"executionArn"`
		MachineArn   string  `json:"stateMachineArn"`
		Name         string  `json:"name"`
		Status       string  `json:"status"`
		StartDate    float64 `json:"startDate"`
		StopDate     float64 `json:"stopDate"`
		RedriveCount int     `json:"redriveCount"`
		MapRunArn    string  `json:"mapRunArn"`
		ItemCount    int     `json:"itemCount"`
		VersionArn   string  `json:"stateMachineVersionArn"`
		AliasArn     string  `json:"stateMachineAliasArn"`
		Error        string  `json:"error"`
		Cause        string  `json:"cause"`
		Input        string  `json:"input"`
		Output       *string `json:"output"`
	}
	mapRun struct {
		Arn          string         `json:"mapRunArn"`
		ExecutionArn string         `json:"executionArn"`
		Status       string         `json:"status"`
		StartDate    float64        `json:"startDate"`
		StopDate     float64        `json:"stopDate"`
		ItemCounts   map[string]int `json:"itemCounts"`
	}
	request map[string]any
)

// read performs an operation and reads its answer.
func read[T any](ctx context.Context, p *Page, operation string, in request) (out T, fault *api.Error) {
	body, err := json.Marshal(in)
	if err != nil {
		return out, &api.Error{Code: api.CodeSerialization, Message: err.Error()}
	}
	answer, fault := p.API.Call(ctx, operation, body)
	if fault != nil {
		return out, fault
	}
	text, err := json.Marshal(answer)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic("page: an answer cannot be read: " + err.Error()) // Every call of the operation fails, in tests, too.
	}
	return out, nil
}

// history returns all events of an execution.
func (p *Page) history(ctx context.Context, arn string, data bool) ([]asl.Event, *api.Error) {
	var events []asl.Event
	in := request{"executionArn": arn, "maxResults": 1000, "includeExecutionData": data}
	for {
		part, fault := read[struct {
			Events    []asl.Event `json:"events"`
			NextToken string      `json:"nextToken"`
		}](ctx, p, "GetExecutionHistory", in)
		if fault != nil {
			return nil, fault
		}
		events = append(events, part.Events...)
		if part.NextToken == "" {
			return events, nil
		}
		in["nextToken"] = part.NextToken
	}
}

// lastPart returns the last part of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

// clock writes a time to the millisecond, in UTC.
func clock(seconds float64) string {
	if seconds == 0 {
		return ""
	}
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC().Format("2006-01-02 15:04:05.000")
}

// took writes how long something took.
func took(start, stop float64) string {
	if stop == 0 {
		return ""
	}
	return time.Duration(math.Round((stop-start)*1000) * float64(time.Millisecond)).String()
}
