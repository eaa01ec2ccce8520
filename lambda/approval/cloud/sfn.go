package cloud

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/lambda/approval"
)

// StepFunctions is the part of the client that Tasks uses.
type StepFunctions interface {
	sfn.GetExecutionHistoryAPIClient
	SendTaskSuccess(ctx context.Context, in *sfn.SendTaskSuccessInput, options ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
}

// Tasks completes tasks of Step Functions.
type Tasks struct{ Client StepFunctions }

// Succeed implements approval.Tasks.
func (t Tasks) Succeed(ctx context.Context, token string, output []byte) error {
	_, err := t.Client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))})
	if HasCode(err, "TaskDoesNotExist", "TaskTimedOut", "InvalidToken") {
		return approval.ErrTaskGone
	}
	return Plain(err)
}

// Completed implements approval.Tasks. It reads the history from its end, because the task succeeded recently.
func (t Tasks) Completed(ctx context.Context, execution string, output []byte) (bool, error) {
	var want approval.Outcome
	if err := json.Unmarshal(output, &want); err != nil {
		return false, err
	}
	pages := sfn.NewGetExecutionHistoryPaginator(t.Client, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &execution, ReverseOrder: true, IncludeExecutionData: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, Plain(err)
		}
		for _, event := range page.Events {
			if event.Type == types.HistoryEventTypeTaskSucceeded && says(event.TaskSucceededEventDetails, want) {
				return true, nil
			}
		}
	}
	return false, nil
}

func says(details *types.TaskSucceededEventDetails, want approval.Outcome) bool {
	var got approval.Outcome
	return details != nil && json.Unmarshal([]byte(aws.ToString(details.Output)), &got) == nil && got == want
}
