package operate

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

// Execution is an execution as Step Functions describes it, without its data.
type Execution struct {
	ARN          string     `json:"execution"`
	Name         string     `json:"name"`
	Status       string     `json:"status"` // RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE
	Error        string     `json:"error,omitempty"`
	StartedAt    time.Time  `json:"startedAt"`
	StoppedAt    *time.Time `json:"stoppedAt,omitempty"`
	RedriveCount int        `json:"redriveCount"`

	Machine string `json:"stateMachine"`                  // the ARN of the state machine
	Version string `json:"stateMachineVersion,omitempty"` // the ARN of its version
	Alias   string `json:"alias,omitempty"`               // the ARN of the alias that started it

	RedriveStatus string `json:"-"`
	RedriveReason string `json:"-"`

	cause string // may quote data
}

// Running reports whether the execution has not ended.
func (e *Execution) Running() bool { return e.Status == "RUNNING" || e.Status == "PENDING_REDRIVE" }

// Describe describes an execution. It waits for an answer as long as that takes, if it is patient.
func (a *AWS) Describe(ctx context.Context, execution string, patient bool) (*Execution, error) {
	e, _, err := a.describe(ctx, execution, patient, types.IncludedDataMetadataOnly)
	return e, err
}

// Data returns an execution with its input and output, JSON. The caller must not print them.
func (a *AWS) Data(ctx context.Context, execution string) (e *Execution, input, output string, err error) {
	e, out, err := a.describe(ctx, execution, false, types.IncludedDataAllData)
	if err != nil {
		return nil, "", "", err
	}
	return e, aws.ToString(out.Input), aws.ToString(out.Output), nil
}

func (a *AWS) describe(ctx context.Context, execution string, patient bool, data types.IncludedData) (*Execution, *sfn.DescribeExecutionOutput, error) {
	in := &sfn.DescribeExecutionInput{ExecutionArn: &execution, IncludedData: data}
	out, err := perform(ctx, a, a.client.DescribeExecution, in, patient)
	if err != nil {
		return nil, nil, err
	}
	return &Execution{
		ARN: aws.ToString(out.ExecutionArn), Name: aws.ToString(out.Name), Status: string(out.Status), Error: aws.ToString(out.Error), cause: aws.ToString(out.Cause),
		StartedAt: aws.ToTime(out.StartDate).UTC(), StoppedAt: utc(out.StopDate), RedriveCount: int(aws.ToInt32(out.RedriveCount)),
		Machine: aws.ToString(out.StateMachineArn), Version: aws.ToString(out.StateMachineVersionArn), Alias: aws.ToString(out.StateMachineAliasArn),
		RedriveStatus: string(out.RedriveStatus), RedriveReason: aws.ToString(out.RedriveStatusReason),
	}, out, nil
}

// Definition returns the definition that an execution runs, JSON.
func (a *AWS) Definition(ctx context.Context, execution string) ([]byte, error) {
	out, err := call(ctx, a, a.client.DescribeStateMachineForExecution, &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &execution})
	if err != nil {
		return nil, err
	}
	return []byte(aws.ToString(out.Definition)), nil
}

// causes returns the rules for an execution. Whoever may not read the definition sees less.
func (a *AWS) causes(ctx context.Context, execution string) (Causes, error) {
	definition, err := a.Definition(ctx, execution)
	if _, refused := errors.AsType[*Fault](err); err != nil && !refused {
		return Causes{}, err
	}
	return NewCauses(definition), nil
}

// track reads the whole history.
func (a *AWS) track(ctx context.Context, execution string) (*Track, []asl.Event, error) {
	causes, err := a.causes(ctx, execution)
	if err != nil {
		return nil, nil, err
	}
	events, err := a.History(execution, false).Next(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := NewTrack(causes)
	for i := range events {
		t.Add(&events[i])
	}
	return t, events, nil
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// executionARN is how the ARN of an execution looks.
const executionExample = "arn:aws:states:eu-central-1:123456789012:execution:NAME:EXECUTION"

// ParseExecution checks the ARN of an execution, and returns the region in it.
func ParseExecution(arn string) (region string, err error) {
	parts := strings.Split(arn, ":")
	if len(parts) < 8 || parts[0] != "arn" || parts[2] != "states" || parts[5] != "execution" {
		return "", errors.New("EXECUTION must be the ARN of an execution of a Standard workflow, such as " + executionExample)
	}
	return parts[3], nil
}

// Trial returns the trial in the input of an execution, "" without one.
func (a *AWS) Trial(ctx context.Context, execution string) (string, error) {
	_, input, _, err := a.Data(ctx, execution)
	if err != nil {
		return "", err
	}
	var said struct {
		TrialID string `json:"trialId"`
	}
	if err := strictjson.Unmarshal([]byte(input), &said); err != nil || !workflow.IsID(said.TrialID) {
		return "", nil // An input that is not an object names no trial.
	}
	return said.TrialID, nil
}

// SafeCause returns what may be shown of the cause of an execution with a history.
func (e *Execution) SafeCause(causes Causes, history []asl.Event) string {
	t := NewTrack(causes)
	for i := range history {
		t.Add(&history[i])
	}
	return causes.Of(e.cause, t.Failing)
}
