package serve

import (
	"context"
	"encoding/json"
	"slices"

	"clinical-risk-pipeline/asl/serve/api"
)

type getExecutionHistoryInput struct {
	ExecutionARN         string  `json:"executionArn" api:"required,min=1,max=256"`
	MaxResults           *int64  `json:"maxResults" api:"min=0,max=1000"`
	ReverseOrder         bool    `json:"reverseOrder"`
	NextToken            *string `json:"nextToken" api:"min=1,max=1024"`
	IncludeExecutionData *bool   `json:"includeExecutionData"`
}

type getExecutionHistoryOutput struct {
	Events    []json.RawMessage `json:"events"`
	NextToken *string           `json:"nextToken,omitempty"`
}

func (s *Server) getExecutionHistory(_ context.Context, in *getExecutionHistoryInput) (*getExecutionHistoryOutput, *api.Error) {
	x, err := s.executions.find(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	lines := x.history.lines()
	of := "GetExecutionHistory " + x.ARN
	var next *string
	if n := len(lines); in.ReverseOrder {
		slices.Reverse(lines)
		lines, next, err = pageOfNewest(s, of+" reversed", lines, func(i int) int { return n - i }, in.MaxResults, in.NextToken)
	} else {
		lines, next, err = page(s, of, lines, in.MaxResults, in.NextToken)
	}
	if err != nil {
		return nil, err
	}
	out := &getExecutionHistoryOutput{Events: []json.RawMessage{}, NextToken: next}
	for _, line := range lines {
		if in.IncludeExecutionData != nil && !*in.IncludeExecutionData {
			line = withoutData(line)
		}
		out.Events = append(out.Events, line)
	}
	return out, nil
}

// Events returns the history of an execution: each event as GetExecutionHistory has it.
func (s *Server) Events(executionARN string) ([][]byte, *api.Error) {
	x, err := s.executions.find(executionARN)
	if err != nil {
		return nil, err
	}
	return x.history.lines(), nil
}

// payloads are the members of details that have data of the execution.
var payloads = []string{"input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables", "assignedVariablesDetails"}

// withoutData removes the payloads from an event.
func withoutData(line []byte) []byte {
	var event map[string]json.RawMessage
	_ = json.Unmarshal(line, &event) // The server wrote it.
	for name, member := range event {
		var details map[string]json.RawMessage
		if json.Unmarshal(member, &details) != nil {
			continue
		}
		for _, payload := range payloads {
			delete(details, payload)
		}
		event[name], _ = json.Marshal(details)
	}
	line, _ = json.Marshal(event)
	return line
}
