package operate

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/asl"
)

// pageSize is the most events of a page.
const pageSize = 1000

// History reads the history of an execution, and what is added to it.
type History struct {
	aws       *AWS
	execution string
	data      bool

	token *string // of the last page that was read; nil for the first page
	seen  int64   // the id of the last event that was read
}

// History returns the history of an execution. Without data, the inputs and outputs of the execution stay in AWS.
func (a *AWS) History(execution string, data bool) *History {
	return &History{aws: a, execution: execution, data: data}
}

// Next returns the events since the last call. It reads only the page again that was the last one.
func (h *History) Next(ctx context.Context) ([]asl.Event, error) {
	var events []asl.Event
	for {
		page, err := insist(ctx, h.aws, h.aws.client.GetExecutionHistory, &sfn.GetExecutionHistoryInput{
			ExecutionArn: &h.execution, MaxResults: pageSize, IncludeExecutionData: &h.data, NextToken: h.token,
		})
		if Is(err, "InvalidToken") && h.token != nil { // A token lives for a day.
			h.token = nil
			continue
		}
		if err != nil {
			return nil, err
		}
		for i := range page.Events {
			if page.Events[i].Id <= h.seen {
				continue
			}
			event, err := eventOf(&page.Events[i])
			if err != nil {
				return nil, fmt.Errorf("event %d of the history: %w", page.Events[i].Id, err)
			}
			h.seen = event.ID
			events = append(events, event)
		}
		if aws.ToString(page.NextToken) == "" {
			return events, nil
		}
		h.token = page.NextToken
	}
}

const detailsSuffix = "EventDetails"

// eventOf returns an event of the SDK as the engine's. The SDK has a field for the details of each type of event.
func eventOf(event *types.HistoryEvent) (asl.Event, error) {
	members := map[string]any{
		"id": event.Id, "previousEventId": event.PreviousEventId, "type": event.Type, "timestamp": aws.ToTime(event.Timestamp),
	}
	v := reflect.ValueOf(event).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if details := v.Field(i); strings.HasSuffix(name, detailsSuffix) && !details.IsNil() {
			members[strings.ToLower(name[:1])+name[1:]] = details.Interface()
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		return asl.Event{}, err
	}
	// The SDK names the details of all states after StateEntered and StateExited.
	var read asl.Event
	err = read.UnmarshalJSON(text)
	return read, err
}
