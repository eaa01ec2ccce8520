package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"clinical-risk-pipeline/internal/strictjson"
)

// Client answers questions: AWS, or a server of its API. *sfn.Client is one.
type Client interface {
	TestState(context.Context, *sfn.TestStateInput, ...func(*sfn.Options)) (*sfn.TestStateOutput, error)
	ValidateStateMachineDefinition(context.Context, *sfn.ValidateStateMachineDefinitionInput, ...func(*sfn.Options)) (*sfn.ValidateStateMachineDefinitionOutput, error)
}

// Answer is the answer to a question. One of Body and Refusal is set.
type Answer struct {
	Body    map[string]any `json:"body,omitempty"` // the response, with the names of the API
	Refusal *Refusal       `json:"refusal,omitempty"`
	At      time.Time      `json:"at"`
}

// Refusal is an error of the API that is about the request.
type Refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// refusals are the codes of errors that say what a service makes of a request. Others, such as those of credentials, are no answers.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html#API_TestState_Errors
var refusals = []string{"InvalidArn", "InvalidDefinition", "InvalidExecutionInput", "ValidationException"}

// ask asks one question.
func ask(ctx context.Context, client Client, q *Question) (*Answer, error) {
	var response any
	var err error
	if q.Test != nil {
		response, err = client.TestState(ctx, q.Test)
	} else {
		response, err = client.ValidateStateMachineDefinition(ctx, q.Validate)
	}
	if err == nil {
		body, err := named(response)
		return &Answer{Body: body, At: time.Now().UTC()}, err
	}
	var fault smithy.APIError
	if errors.As(err, &fault) && slices.Contains(refusals, fault.ErrorCode()) {
		return &Answer{Refusal: &Refusal{Code: fault.ErrorCode(), Message: fault.ErrorMessage()}, At: time.Now().UTC()}, nil
	}
	return nil, err
}

// named returns a struct of the SDK as an object with the API's names, without members that are not set.
func named(of any) (map[string]any, error) {
	text, err := json.Marshal(of)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if err := strictjson.Unmarshal(text, &body); err != nil {
		return nil, err
	}
	delete(body, "ResultMetadata")
	lowered, _ := lower(body).(map[string]any)
	return lowered, nil
}

// lower gives the members of objects the API's spelling.
func lower(of any) any {
	switch of := of.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range of {
			if member != nil && member != "" && member != false {
				out[strings.ToLower(name[:1])+name[1:]] = lower(member)
			}
		}
		return out
	case []any:
		for i := range of {
			of[i] = lower(of[i])
		}
	}
	return of
}

// Pace says how to ask.
type Pace struct {
	PerSecond float64              // the most questions in a second
	Progress  func(asked, all int) // Default: nobody hears of it
}

// Ask asks every question that has no kept answer, one after the other, and keeps each answer at once. It stops at the first error that is
// not an answer; a later call goes on from there.
func Ask(ctx context.Context, client Client, p *Plan, kept *Answers, pace Pace) error {
	ticker := time.NewTicker(time.Duration(float64(time.Second) / pace.PerSecond))
	defer ticker.Stop()
	asked := 0
	for i, q := range p.Questions {
		if pace.Progress != nil {
			pace.Progress(i, len(p.Questions))
		}
		if kept.Of(q) != nil {
			continue
		}
		if asked++; asked > 1 {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		answer, err := ask(ctx, client, q)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", q.operation(), q, err)
		}
		if err := kept.Keep(q, answer); err != nil {
			return err
		}
	}
	if pace.Progress != nil {
		pace.Progress(len(p.Questions), len(p.Questions))
	}
	return nil
}
