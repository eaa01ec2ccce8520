package cloud

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"clinical-risk-pipeline/lambda/approval"
)

// Starts looks up in CloudTrail's event history who called StartExecution and RedriveExecution. The history needs no trail,
// goes back 90 days, and usually lags by up to 15 minutes
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html). The execution's input cannot
// tell: the starter writes it.
type Starts struct {
	Client cloudtrail.LookupEventsAPIClient
	Now    approval.Clock
}

// startWindow is the largest difference between the times of the event and of the execution.
const startWindow = 2 * time.Minute

// trailEvent has who started or redrove which execution.
type trailEvent struct {
	ErrorCode    string `json:"errorCode"`
	UserIdentity struct {
		ARN         string `json:"arn"`
		PrincipalID string `json:"principalId"`
		InvokedBy   string `json:"invokedBy"`
	} `json:"userIdentity"`
	RequestParameters struct {
		ExecutionARN string `json:"executionArn"` // of RedriveExecution
	} `json:"requestParameters"`
	ResponseElements struct {
		ExecutionARN string `json:"executionArn"` // of StartExecution
	} `json:"responseElements"`
}

// Starters implements approval.Starts.
func (s Starts) Starters(ctx context.Context, r *approval.Request) ([]approval.Starter, error) {
	starters, err := s.lookUp(ctx, "StartExecution", r.StartedAt.Add(-startWindow), r.StartedAt.Add(startWindow),
		func(e *trailEvent) bool { return e.ResponseElements.ExecutionARN == r.Execution })
	if err != nil {
		return nil, err
	}
	if len(starters) == 0 {
		return nil, approval.ErrStarterUnknown
	}
	redrivers, err := s.lookUp(ctx, "RedriveExecution", r.StartedAt, s.Now(),
		func(e *trailEvent) bool { return e.RequestParameters.ExecutionARN == r.Execution })
	if err != nil {
		return nil, err
	}
	if len(redrivers) < r.RedriveCount {
		return nil, approval.ErrStarterUnknown
	}
	return append(starters, redrivers...), nil
}

// lookUp returns the callers of the successful calls that have this name and match.
func (s Starts) lookUp(ctx context.Context, name string, from, to time.Time, match func(*trailEvent) bool) ([]approval.Starter, error) {
	pages := cloudtrail.NewLookupEventsPaginator(s.Client, &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: &name}},
		StartTime:        &from, EndTime: &to,
	})
	var found []approval.Starter
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, plain(err)
		}
		for _, event := range page.Events {
			var e trailEvent
			if err := json.Unmarshal([]byte(aws.ToString(event.CloudTrailEvent)), &e); err != nil || e.ErrorCode != "" || !match(&e) {
				continue
			}
			found = append(found, approval.Starter{ARN: e.UserIdentity.ARN, UserID: e.UserIdentity.PrincipalID, InvokedBy: e.UserIdentity.InvokedBy})
		}
	}
	return found, nil
}
