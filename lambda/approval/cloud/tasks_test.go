package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

func TestTasksTellsATaskThatIsGoneFromOtherRefusals(t *testing.T) {
	for code, gone := range map[string]bool{
		"TaskDoesNotExist": true, "TaskTimedOut": true, "InvalidToken": true, // also the answers to a repeated call after a lost answer
		"AccessDeniedException": false, "KmsAccessDeniedException": false, "InvalidOutput": false,
	} {
		tasks := Tasks{Client: &fake{sendTaskSuccess: func(*sfn.SendTaskSuccessInput) (*sfn.SendTaskSuccessOutput, error) { return nil, refused(code) }}}
		err := tasks.Succeed(context.Background(), "token", []byte("{}"))
		if err == nil || errors.Is(err, approval.ErrTaskGone) != gone || !gone && err.Error() != "S O: "+code {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

func TestTasksSendsTheOutput(t *testing.T) {
	tasks := Tasks{Client: &fake{sendTaskSuccess: func(in *sfn.SendTaskSuccessInput) (*sfn.SendTaskSuccessOutput, error) {
		if *in.TaskToken != "token" || *in.Output != `{"decision":"approved"}` {
			t.Errorf("sent %s to %s", *in.Output, *in.TaskToken)
		}
		return &sfn.SendTaskSuccessOutput{}, nil
	}}}
	if err := tasks.Succeed(context.Background(), "token", []byte(`{"decision":"approved"}`)); err != nil {
		t.Error(err)
	}
}

func TestTasksFindsTheDecisionInTheHistory(t *testing.T) {
	outcome := approval.Outcome{Decision: approval.Approve, ApprovalID: "ap-1", Signer: "arn", Record: "s3://b/k", RecordVersion: "v1"}
	output, err := json.Marshal(outcome)
	if err != nil {
		t.Fatal(err)
	}
	contrary := outcome
	contrary.Decision = approval.Reject
	succeeded := func(text string) types.HistoryEvent {
		return types.HistoryEvent{Type: types.HistoryEventTypeTaskSucceeded, TaskSucceededEventDetails: &types.TaskSucceededEventDetails{Output: &text}}
	}
	rejected, err := json.Marshal(contrary)
	if err != nil {
		t.Fatal(err)
	}
	for reason, row := range map[string]struct {
		events []types.HistoryEvent
		want   bool
	}{
		"the task succeeded with it":              {[]types.HistoryEvent{succeeded("[]"), succeeded(string(output))}, true},
		"Step Functions writes JSON its own way":  {[]types.HistoryEvent{succeeded(`{ "recordVersion": "v1", "record": "s3://b/k", "signer": "arn", "approvalId": "ap-1", "decision": "approved" }`)}, true},
		"a task succeeded with the contrary":      {[]types.HistoryEvent{succeeded(string(rejected))}, false},
		"the task timed out":                      {[]types.HistoryEvent{{Type: types.HistoryEventTypeTaskTimedOut}}, false},
		"a task succeeded, and its output is cut": {[]types.HistoryEvent{{Type: types.HistoryEventTypeTaskSucceeded}}, false},
		"another event has the output":            {[]types.HistoryEvent{{Type: types.HistoryEventTypeTaskStateExited, TaskSucceededEventDetails: succeeded(string(output)).TaskSucceededEventDetails}}, false},
	} {
		t.Run(reason, func(t *testing.T) {
			tasks := Tasks{Client: &fake{getExecutionHistory: func(in *sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error) {
				if *in.ExecutionArn != "execution" || !in.ReverseOrder || !aws.ToBool(in.IncludeExecutionData) {
					t.Errorf("asked for %+v", in)
				}
				if in.NextToken == nil {
					return &sfn.GetExecutionHistoryOutput{NextToken: aws.String("next")}, nil
				}
				return &sfn.GetExecutionHistoryOutput{Events: row.events}, nil
			}}}
			if got, err := tasks.Completed(context.Background(), "execution", output); err != nil || got != row.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	denied := Tasks{Client: &fake{getExecutionHistory: func(*sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error) {
		return nil, refused("AccessDeniedException")
	}}}
	if _, err := denied.Completed(context.Background(), "execution", output); err == nil {
		t.Error("a history that cannot be read: got no error")
	}
}

func TestNotifierWritesTextToPeopleAndJSONToMachines(t *testing.T) {
	notifier := Notifier{Topic: "arn:topic", Client: &fake{publish: func(in *sns.PublishInput) (*sns.PublishOutput, error) {
		var message map[string]string
		if err := json.Unmarshal([]byte(*in.Message), &message); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"default": `{"a":1}`, "email": "text"}, message); diff != "" || *in.MessageStructure != "json" {
			t.Errorf("%s: %s", aws.ToString(in.MessageStructure), diff)
		}
		if *in.TopicArn != "arn:topic" || *in.Subject != "subject" || *in.MessageAttributes["trialId"].StringValue != "T-1" {
			t.Errorf("published %+v", in)
		}
		return &sns.PublishOutput{}, refused("KMSAccessDenied")
	}}}
	err := notifier.Notify(context.Background(), approval.Message{Subject: "subject", JSON: `{"a":1}`, Text: "text", Attributes: map[string]string{"trialId": "T-1"}})
	if err == nil || err.Error() != "S O: KMSAccessDenied" {
		t.Errorf("got %v", err)
	}
}
