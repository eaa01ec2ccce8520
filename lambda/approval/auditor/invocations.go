package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/verify"
)

// InvocationLogs is the part of the client that Invocations uses.
type InvocationLogs interface {
	cloudwatchlogs.FilterLogEventsAPIClient
	cloudwatchlogs.DescribeLogGroupsAPIClient
}

// Invocations finds in the log group of a trail who invoked functions: CloudTrail's data events of Lambda
// (https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html).
type Invocations struct {
	Client InvocationLogs
	Group  string // the name of the log group
	Now    approval.Clock
}

// invocationEvent has who invoked which function.
type invocationEvent struct {
	ID           string    `json:"eventID"`
	Source       string    `json:"eventSource"`
	Name         string    `json:"eventName"`
	Time         time.Time `json:"eventTime"`
	ErrorCode    string    `json:"errorCode"`
	RequestID    string    `json:"requestID"`
	UserIdentity struct {
		ARN         string `json:"arn"`
		PrincipalID string `json:"principalId"`
	} `json:"userIdentity"`
	RequestParameters struct {
		FunctionName string `json:"functionName"`
	} `json:"requestParameters"`
	Resources []struct {
		Type string `json:"type"`
		ARN  string `json:"ARN"`
	} `json:"resources"`
}

// requestIDPattern is narrow because the id becomes part of a pattern.
var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// Invocations implements verify.Trail. It looks first where the event usually is, and only then in the rest of the group.
func (t Invocations) Invocations(ctx context.Context, requestID string, at time.Time) ([]verify.Invocation, error) {
	if !requestIDPattern.MatchString(requestID) {
		return nil, fmt.Errorf("%q is not the request id of an invocation", requestID)
	}
	for from, to := range cloud.Periods(at, t.Now()) {
		found, err := t.search(ctx, requestID, from, to)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func (t Invocations) search(ctx context.Context, requestID string, from, to time.Time) ([]verify.Invocation, error) {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(t.Client, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &t.Group, StartTime: aws.Int64(from.UnixMilli()), EndTime: aws.Int64(to.UnixMilli()),
		FilterPattern: aws.String(fmt.Sprintf(`{ $.eventSource = "lambda.amazonaws.com" && $.eventName = "Invoke" && $.requestID = "%s" }`, requestID)),
	})
	var found []verify.Invocation
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, cloud.Plain(err)
		}
		for _, event := range page.Events {
			var e invocationEvent
			err := json.Unmarshal([]byte(aws.ToString(event.Message)), &e)
			if err == nil && e.Source == "lambda.amazonaws.com" && e.Name == "Invoke" && e.RequestID == requestID {
				found = append(found, e.invocation())
			}
		}
	}
	return found, nil
}

func (e *invocationEvent) invocation() verify.Invocation {
	name := e.RequestParameters.FunctionName
	for _, r := range e.Resources {
		if r.Type == "AWS::Lambda::Function" {
			name = r.ARN
		}
	}
	if function, _, ok := approval.ParseFunction(name); ok {
		name = function
	}
	return verify.Invocation{
		EventID: e.ID, Function: name, At: e.Time, ARN: e.UserIdentity.ARN, UserID: e.UserIdentity.PrincipalID, Error: e.ErrorCode,
	}
}

// Since implements verify.Trail.
func (t Invocations) Since(ctx context.Context) (time.Time, error) {
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(t.Client, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &t.Group})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return time.Time{}, cloud.Plain(err)
		}
		for _, group := range page.LogGroups {
			if aws.ToString(group.LogGroupName) != t.Group {
				continue
			}
			since := time.UnixMilli(aws.ToInt64(group.CreationTime))
			if group.RetentionInDays != nil {
				if kept := t.Now().Add(-time.Duration(*group.RetentionInDays) * day); kept.After(since) {
					since = kept
				}
			}
			return since, nil
		}
	}
	return time.Time{}, errors.New("the log group does not exist")
}
