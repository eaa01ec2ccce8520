package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/lambda/approval"
)

// Starts finds in a trail who called StartExecution and RedriveExecution: in the log group to which CloudTrail sends the
// trail's events, usually within some minutes, without a guarantee
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html). The execution's input
// cannot tell who started it: the starter writes it. The history of the execution tells when it was redriven, not by whom.
type Starts struct {
	Client  cloudwatchlogs.FilterLogEventsAPIClient
	History sfn.GetExecutionHistoryAPIClient
	Group   string // the name of the log group
	Now     approval.Clock
}

const (
	// callWindow is the largest difference between the times of a call in the trail and in Step Functions.
	callWindow = 2 * time.Minute

	// delivery is how long CloudTrail usually takes, with a margin. CloudTrail gives a log event the time of its delivery, not
	// the time of the call.
	delivery = 30 * time.Minute
)

// trailEvent has who started or redrove which execution.
type trailEvent struct {
	ID           string    `json:"eventID"`
	Source       string    `json:"eventSource"`
	Name         string    `json:"eventName"`
	Time         time.Time `json:"eventTime"`
	ErrorCode    string    `json:"errorCode"`
	UserIdentity struct {
		ARN            string `json:"arn"`
		PrincipalID    string `json:"principalId"`
		InvokedBy      string `json:"invokedBy"`
		SessionContext struct {
			SourceIdentity string `json:"sourceIdentity"`
		} `json:"sessionContext"`
	} `json:"userIdentity"`
	RequestParameters struct {
		ExecutionARN string `json:"executionArn"` // of RedriveExecution
	} `json:"requestParameters"`
	ResponseElements struct {
		ExecutionARN string `json:"executionArn"` // of StartExecution
	} `json:"responseElements"`
}

// call is a call that the trail has to show.
type call struct {
	name      string
	field     string // the field of the event that has the execution's ARN
	execution string
	at        time.Time
}

// Starters implements approval.Starts.
func (s Starts) Starters(ctx context.Context, r *approval.Request) ([]approval.Starter, error) {
	if strings.ContainsAny(r.Execution, `"*\`) {
		return nil, fmt.Errorf("the name of the execution %q has a character that Step Functions does not allow", r.Execution)
	}
	starters, err := s.find(ctx, call{"StartExecution", "responseElements", r.Execution, r.StartedAt})
	if err != nil {
		return nil, err
	}
	redrives, err := s.redrives(ctx, r.Execution)
	if err != nil {
		return nil, err
	}
	redrivers := map[string]approval.Starter{}
	for _, at := range redrives {
		found, err := s.find(ctx, call{"RedriveExecution", "requestParameters", r.Execution, at})
		if err != nil {
			return nil, err
		}
		maps.Copy(redrivers, found)
	}
	if len(starters) == 0 || len(redrivers) < max(len(redrives), r.RedriveCount) {
		return nil, approval.ErrStarterUnknown
	}
	return append(inOrder(starters), inOrder(redrivers)...), nil
}

// inOrder returns the callers, always in the same order.
func inOrder(callers map[string]approval.Starter) []approval.Starter {
	var list []approval.Starter
	for _, id := range slices.Sorted(maps.Keys(callers)) {
		list = append(list, callers[id])
	}
	return list
}

// redrives returns when an execution was redriven.
func (s Starts) redrives(ctx context.Context, execution string) ([]time.Time, error) {
	var times []time.Time
	pages := sfn.NewGetExecutionHistoryPaginator(s.History, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &execution, ReverseOrder: true, IncludeExecutionData: aws.Bool(false),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, Plain(err)
		}
		for _, event := range page.Events {
			if event.Type == types.HistoryEventTypeExecutionRedriven {
				times = append(times, aws.ToTime(event.Timestamp))
			}
		}
	}
	return times, nil
}

// find returns who made a call, by event: CloudTrail may deliver an event twice. It looks first where the event usually is, and
// only then in the rest of the group: a trail of a busy account has many events.
func (s Starts) find(ctx context.Context, c call) (map[string]approval.Starter, error) {
	for from, to := range Periods(c.at, s.Now()) {
		found, err := s.search(ctx, c, from, to)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// Periods returns the times in which to search for the event of a call: where it usually is, then the rest up to now.
func Periods(at, now time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(from, to time.Time) bool) {
		from := at.Add(-callWindow)
		for _, to := range []time.Time{at.Add(delivery), now} {
			if to.After(now) {
				to = now
			}
			if !to.After(from) || !yield(from, to) {
				return
			}
			from = to
		}
	}
}

// Patiently retries the search of a trail: an account has five of these calls a second
// (https://repost.aws/knowledge-center/cloudwatch-logs-throttling).
func Patiently(o *cloudwatchlogs.Options) { o.RetryMaxAttempts = 8 }

func (s Starts) search(ctx context.Context, c call, from, to time.Time) (map[string]approval.Starter, error) {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(s.Client, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &s.Group, StartTime: aws.Int64(from.UnixMilli()), EndTime: aws.Int64(to.UnixMilli()),
		FilterPattern: aws.String(fmt.Sprintf(`{ $.eventSource = "states.amazonaws.com" && $.eventName = "%s" && $.%s.executionArn = "%s" }`,
			c.name, c.field, c.execution)),
	})
	found := map[string]approval.Starter{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if HasCode(err, "ThrottlingException", "LimitExceededException", "ServiceUnavailableException") {
			return nil, approval.ErrStarterUnknown
		}
		if err != nil {
			return nil, Plain(err)
		}
		for _, event := range page.Events {
			var e trailEvent
			if err := json.Unmarshal([]byte(aws.ToString(event.Message)), &e); err != nil || !c.is(&e) {
				continue
			}
			found[e.ID+*event.Message] = approval.Starter{ // a planted event with the id of a real one does not hide it
				ARN: e.UserIdentity.ARN, UserID: e.UserIdentity.PrincipalID, InvokedBy: e.UserIdentity.InvokedBy,
				SourceIdentity: e.UserIdentity.SessionContext.SourceIdentity,
			}
		}
	}
	return found, nil
}

// is reports whether an event is the call. Names of executions come back after 90 days: the times tell them apart.
func (c call) is(e *trailEvent) bool {
	execution := e.ResponseElements.ExecutionARN
	if c.field == "requestParameters" {
		execution = e.RequestParameters.ExecutionARN
	}
	return e.Source == "states.amazonaws.com" && e.Name == c.name && e.ErrorCode == "" && execution == c.execution && e.Time.Sub(c.at).Abs() <= callWindow
}
