package cloud

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

const (
	execution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	ada       = "arn:aws:sts::123456789012:assumed-role/Starter/ada"
	bob       = "arn:aws:sts::123456789012:assumed-role/Operator/bob"
)

// event is an event of CloudTrail, with the parts that matter.
func event(parts string) types.Event { return types.Event{CloudTrailEvent: &parts} }

func started(by, execution string) types.Event {
	return event(fmt.Sprintf(`{"eventSource": "states.amazonaws.com", "eventName": "StartExecution",
		"userIdentity": {"type": "AssumedRole", "principalId": "AROA:%[1]s", "arn": "%[1]s"},
		"requestParameters": {"stateMachineArn": "arn", "input": "HIDDEN_DUE_TO_SECURITY_REASONS"},
		"responseElements": {"executionArn": "%[2]s", "startDate": "Mar 1, 2026, 1:00:00 AM"}}`, by, execution))
}

func redriven(execution, errorCode string) types.Event {
	return event(fmt.Sprintf(`{"eventName": "RedriveExecution", "errorCode": "%s", "userIdentity": {"arn": "%s"},
		"requestParameters": {"executionArn": "%s"}, "responseElements": {"redriveDate": "Mar 1, 2026, 2:00:00 AM"}}`, errorCode, bob, execution))
}

func TestStartsFindsStartersAndRedrivers(t *testing.T) {
	byAda := approval.Starter{ARN: ada, UserID: "AROA:" + ada}
	byBob := approval.Starter{ARN: bob}
	for reason, row := range map[string]struct {
		starts, redrives []types.Event
		redriveCount     int
		want             []approval.Starter // nil: not known
	}{
		"started":                                 {[]types.Event{started(ada, execution)}, nil, 0, []approval.Starter{byAda}},
		"others were started at the same time":    {[]types.Event{started(bob, execution+"-b"), started(ada, execution), started(bob, execution+"-c")}, nil, 0, []approval.Starter{byAda}},
		"CloudTrail lags":                         {[]types.Event{started(bob, execution+"-b")}, nil, 0, nil},
		"a start that failed has no execution":    {[]types.Event{event(`{"errorCode": "AccessDenied", "userIdentity": {"arn": "x"}, "responseElements": null}`)}, nil, 0, nil},
		"started and redriven":                    {[]types.Event{started(ada, execution)}, []types.Event{redriven(execution, "")}, 1, []approval.Starter{byAda, byBob}},
		"a redrive that the request did not see":  {[]types.Event{started(ada, execution)}, []types.Event{redriven(execution, "")}, 0, []approval.Starter{byAda, byBob}},
		"CloudTrail lags behind the redrive":      {[]types.Event{started(ada, execution)}, nil, 1, nil},
		"a redrive that failed does not count":    {[]types.Event{started(ada, execution)}, []types.Event{redriven(execution, "ExecutionNotRedrivable")}, 1, nil},
		"a redrive of another execution":          {[]types.Event{started(ada, execution)}, []types.Event{redriven(execution+"-b", "")}, 0, []approval.Starter{byAda}},
		"an event that is not valid JSON":         {[]types.Event{event("?"), started(ada, execution)}, nil, 0, []approval.Starter{byAda}},
		"a service started it, on its own behalf": {[]types.Event{event(fmt.Sprintf(`{"userIdentity": {"type": "AWSService", "invokedBy": "events.amazonaws.com"}, "responseElements": {"executionArn": %q}}`, execution))}, nil, 0, []approval.Starter{{InvokedBy: "events.amazonaws.com"}}},
	} {
		t.Run(reason, func(t *testing.T) {
			starts := Starts{Now: func() time.Time { return time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC) }, Client: &fake{
				lookupEvents: func(in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
					return page(t, in, row.starts, row.redrives), nil
				},
			}}
			got, err := starts.Starters(context.Background(), &approval.Request{
				Execution: execution, StartedAt: time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC), RedriveCount: row.redriveCount,
			})
			if row.want == nil && !errors.Is(err, approval.ErrStarterUnknown) || row.want != nil && err != nil {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// page returns one event per page, and checks the request.
func page(t *testing.T, in *cloudtrail.LookupEventsInput, starts, redrives []types.Event) *cloudtrail.LookupEventsOutput {
	t.Helper()
	from, to, events := "00:58", "01:02", starts
	if aws.ToString(in.LookupAttributes[0].AttributeValue) == "RedriveExecution" {
		from, to, events = "01:00", "03:00", redrives
	}
	if in.LookupAttributes[0].AttributeKey != types.LookupAttributeKeyEventName || in.StartTime.Format("15:04") != from || in.EndTime.Format("15:04") != to {
		t.Errorf("looks up %+v from %v to %v", in.LookupAttributes, in.StartTime, in.EndTime)
	}
	at := len(aws.ToString(in.NextToken))
	out := &cloudtrail.LookupEventsOutput{}
	if at < len(events) {
		out.Events = events[at : at+1]
		out.NextToken = aws.String("xxxxxxxxxx"[:at+1])
	}
	return out
}

func TestStartsFailsWithCloudTrail(t *testing.T) {
	starts := Starts{Now: time.Now, Client: &fake{lookupEvents: func(*cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
		return nil, refused("ThrottlingException")
	}}}
	if _, err := starts.Starters(context.Background(), &approval.Request{}); err == nil || err.Error() != "S O: ThrottlingException" {
		t.Errorf("got %v", err)
	}
}
