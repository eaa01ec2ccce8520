package asl

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"clinical-risk-pipeline/asl/value"
)

// attributesRead are the members of an event's details that the engine reads.
type attributesRead struct {
	Name, ResourceType, Resource, Region, RoleARN, Error, Cause, Location, State, MapRunARN, WorkerName string
	Input, Output, Parameters                                                                           *string
	AssignedVariables                                                                                   *value.Object
	TimeoutInSeconds, HeartbeatInSeconds                                                                int64
	Length, Index, RedriveCount                                                                         int
	TaskCredentials                                                                                     struct{ RoleARN string }
}

// UnmarshalJSON reads an event of GetExecutionHistory. Its timestamp is a text, or the number of seconds since 1970.
func (e *Event) UnmarshalJSON(text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	var head struct {
		ID              int64
		PreviousEventID int64
		Type            string
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return err
	}
	if head.Type == "" {
		return fmt.Errorf("the event %d has no type", head.ID)
	}
	*e = Event{ID: head.ID, PreviousEventID: head.PreviousEventID, Type: head.Type}
	var err error
	if e.Timestamp, err = readTime(members["timestamp"]); err != nil {
		return fmt.Errorf("the event %d: %w", head.ID, err)
	}
	details, ok := members[detailsKey(head.Type)]
	if !ok {
		return nil
	}
	var a attributesRead
	if err := json.Unmarshal(details, &a); err != nil {
		return fmt.Errorf("the event %d: %w", head.ID, err)
	}
	if e.Details, err = a.details(head.Type); err != nil {
		return fmt.Errorf("the event %d: %w", head.ID, err)
	}
	return nil
}

// readTime reads a timestamp.
func readTime(raw json.RawMessage) (time.Time, error) {
	var seconds float64
	if json.Unmarshal(raw, &seconds) == nil {
		return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), nil
	}
	var t time.Time
	err := json.Unmarshal(raw, &t)
	return t, err
}

// details returns the details of an event of the type.
func (a *attributesRead) details(eventType string) (Details, error) {
	input, err1 := payload(a.Input)
	output, err2 := payload(a.Output)
	parameters, err3 := payload(a.Parameters)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, err
		}
	}
	if a.Parameters != nil {
		input = parameters
	}
	is := func(suffix string) bool { return strings.HasSuffix(eventType, suffix) }
	switch {
	case is("StateEntered"):
		return &StateEntered{Name: a.Name, Input: input}, nil
	case is("StateExited"):
		return a.exited(output)
	case eventType == "ExecutionStarted":
		return &ExecutionStarted{Input: input, RoleARN: a.RoleARN}, nil
	case eventType == "ExecutionSucceeded":
		return &ExecutionSucceeded{Output: output}, nil
	case eventType == "ExecutionRedriven":
		return &ExecutionRedriven{RedriveCount: a.RedriveCount}, nil
	case eventType == "EvaluationFailed":
		return &EvaluationFailed{Error: a.Error, Cause: a.Cause, Location: a.Location, State: a.State}, nil
	case eventType == "MapStateStarted":
		return &MapStarted{Length: a.Length}, nil
	case eventType == "MapRunStarted":
		return &MapRunStarted{MapRunARN: a.MapRunARN}, nil
	case eventType == "ActivityStarted":
		return &ActivityStarted{WorkerName: a.WorkerName}, nil
	case strings.HasPrefix(eventType, "MapIteration"):
		return &MapIteration{Name: a.Name, Index: a.Index}, nil
	case is("Scheduled"):
		return &TaskScheduled{ResourceType: a.ResourceType, Resource: a.Resource, Region: a.Region, Parameters: input, RoleARN: a.TaskCredentials.RoleARN,
			TimeoutInSeconds: a.TimeoutInSeconds, HeartbeatInSeconds: a.HeartbeatInSeconds}, nil
	case is("Started"):
		return &TaskStarted{ResourceType: a.ResourceType, Resource: a.Resource}, nil
	case is("Failed"), is("TimedOut"), is("Aborted"):
		return &Failure{ResourceType: a.ResourceType, Resource: a.Resource, Error: a.Error, Cause: a.Cause}, nil
	}
	return &TaskResult{ResourceType: a.ResourceType, Resource: a.Resource, Output: output}, nil
}

func (a *attributesRead) exited(output any) (Details, error) {
	d := &StateExited{Name: a.Name, Output: output}
	if a.AssignedVariables == nil {
		return d, nil
	}
	d.AssignedVariables = value.NewObject(a.AssignedVariables.Len())
	for _, name := range a.AssignedVariables.Keys() {
		v, err := Decode([]byte(a.AssignedVariables.Text(name)))
		if err != nil {
			return nil, fmt.Errorf("the variable %s: %w", name, err)
		}
		d.AssignedVariables.Set(name, v)
	}
	return d, nil
}

// payload reads a payload, which is a string of JSON text.
func payload(text *string) (any, error) {
	if text == nil {
		return nil, nil
	}
	return Decode([]byte(*text))
}
