package cloud

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

const (
	execution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	ada       = "arn:aws:sts::123456789012:assumed-role/Starter/ada"
	bob       = "arn:aws:sts::123456789012:assumed-role/Operator/bob"
)

// at is a time of the day of the execution, "01:00:00".
func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-03-01T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

// delivered is an event of the trail, with the time of its delivery.
type delivered struct {
	at, message string
}

func started(eventID, by, execution, clock string) string {
	return fmt.Sprintf(`{"eventID": "%s", "eventSource": "states.amazonaws.com", "eventName": "StartExecution", "eventTime": "2026-03-01T%sZ",
		"userIdentity": {"type": "AssumedRole", "principalId": "AROA:%[3]s", "arn": "%[3]s",
		"sessionContext": {"sourceIdentity": "ada@example.com"}},
		"requestParameters": {"stateMachineArn": "arn", "input": "HIDDEN_DUE_TO_SECURITY_REASONS"},
		"responseElements": {"executionArn": "%[4]s", "startDate": "Mar 1, 2026, 1:00:00 AM"}}`, eventID, clock, by, execution)
}

func redriven(errorCode string) string {
	return fmt.Sprintf(`{"eventID": "e-4", "eventSource": "states.amazonaws.com", "eventName": "RedriveExecution", "eventTime": "2026-03-01T02:00:01Z",
		"errorCode": "%s", "userIdentity": {"arn": "%s"}, "requestParameters": {"executionArn": "%s"},
		"responseElements": {"redriveDate": "Mar 1, 2026, 2:00:00 AM"}}`, errorCode, bob, execution)
}

// trail is the log group of a trail and the history of an execution, with a page for each event and an empty one before it.
type trail struct {
	events   []delivered
	redrives []string // when the execution was redriven
	searched []string // the ranges of time, "00:58-01:30"
}

func (f *trail) starts(t *testing.T) Starts {
	client := &fake{
		filterLogEvents: func(in *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
			return f.page(t, in), nil
		},
		getExecutionHistory: func(in *sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error) {
			out := &sfn.GetExecutionHistoryOutput{Events: []types.HistoryEvent{{Type: types.HistoryEventTypeExecutionStarted, Timestamp: aws.Time(at("01:00:00"))}}}
			for _, clock := range f.redrives {
				out.Events = append(out.Events, types.HistoryEvent{Type: types.HistoryEventTypeExecutionRedriven, Timestamp: aws.Time(at(clock))})
			}
			if *in.ExecutionArn != execution || *in.IncludeExecutionData {
				t.Errorf("reads the history of %s", *in.ExecutionArn)
			}
			return out, nil
		},
	}
	return Starts{Client: client, History: client, Group: "trail", Now: func() time.Time { return at("20:00:00") }}
}

func (f *trail) page(t *testing.T, in *cloudwatchlogs.FilterLogEventsInput) *cloudwatchlogs.FilterLogEventsOutput {
	from, to := time.UnixMilli(*in.StartTime).UTC(), time.UnixMilli(*in.EndTime).UTC()
	if in.NextToken == nil {
		f.searched = append(f.searched, from.Format("15:04")+"-"+to.Format("15:04"))
	}
	name, field := "StartExecution", "$.responseElements.executionArn"
	if strings.Contains(*in.FilterPattern, "RedriveExecution") {
		name, field = "RedriveExecution", "$.requestParameters.executionArn"
	}
	want := fmt.Sprintf(`{ $.eventSource = "states.amazonaws.com" && $.eventName = "%s" && %s = "%s" }`, name, field, execution)
	if *in.LogGroupName != "trail" || *in.FilterPattern != want {
		t.Errorf("searches %s for %s", *in.LogGroupName, *in.FilterPattern)
	}
	var found []logs.FilteredLogEvent
	for _, e := range f.events {
		if when := at(e.at); !when.Before(from) && !when.After(to) {
			found = append(found, logs.FilteredLogEvent{}, logs.FilteredLogEvent{Message: aws.String(e.message)})
		}
	}
	page := len(aws.ToString(in.NextToken))
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	if page < len(found) {
		out.NextToken = aws.String(strings.Repeat("x", page+1))
		if found[page].Message != nil {
			out.Events = found[page : page+1]
		}
	}
	return out
}

func TestStartsFindsStartersAndRedrivers(t *testing.T) {
	byAda := approval.Starter{ARN: ada, UserID: "AROA:" + ada, SourceIdentity: "ada@example.com"}
	byBob := approval.Starter{ARN: bob}
	start := delivered{"01:05:00", started("e-1", ada, execution, "01:00:01")}
	service := `{"eventID": "e-3", "eventSource": "states.amazonaws.com", "eventName": "StartExecution", "eventTime": "2026-03-01T01:00:00Z",
		"userIdentity": {"type": "AWSService", "invokedBy": "events.amazonaws.com"}, "responseElements": {"executionArn": "` + execution + `"}}`
	for reason, row := range map[string]struct {
		events       []delivered
		redrives     []string
		redriveCount int
		want         []approval.Starter // nil: not known
	}{
		"started":                                 {[]delivered{start}, nil, 0, []approval.Starter{byAda}},
		"the event came late":                     {[]delivered{{"09:00:00", start.message}}, nil, 0, []approval.Starter{byAda}},
		"the event was delivered twice":           {[]delivered{start, start}, nil, 0, []approval.Starter{byAda}},
		"the event has not come":                  {nil, nil, 0, nil},
		"two people started it with one name":     {[]delivered{start, {"01:06:00", started("e-2", bob, execution, "01:00:02")}}, nil, 0, []approval.Starter{byAda, {ARN: bob, UserID: "AROA:" + bob, SourceIdentity: "ada@example.com"}}},
		"an event with the id of another":         {[]delivered{start, {"01:06:00", started("e-1", bob, execution, "01:00:02")}}, nil, 0, []approval.Starter{byAda, {ARN: bob, UserID: "AROA:" + bob, SourceIdentity: "ada@example.com"}}},
		"another execution":                       {[]delivered{{"01:05:00", started("e-1", bob, execution+"-b", "01:00:01")}}, nil, 0, nil},
		"an execution of the same name, later":    {[]delivered{{"09:00:00", started("e-1", bob, execution, "08:55:00")}}, nil, 0, nil},
		"another service's call of the same name": {[]delivered{{"01:05:00", strings.Replace(start.message, "states.", "elsewhere.", 1)}}, nil, 0, nil},
		"a start that failed":                     {[]delivered{{"01:05:00", strings.Replace(start.message, `"eventID"`, `"errorCode": "AccessDenied", "eventID"`, 1)}}, nil, 0, nil},
		"an event that is not valid JSON":         {[]delivered{{"01:04:00", "?"}, start}, nil, 0, []approval.Starter{byAda}},
		"a service started it by itself":          {[]delivered{{"01:05:00", service}}, nil, 0, []approval.Starter{{InvokedBy: "events.amazonaws.com"}}},
		"started and redriven":                    {[]delivered{start, {"02:05:00", redriven("")}}, []string{"02:00:00"}, 1, []approval.Starter{byAda, byBob}},
		"a redrive that the request did not see":  {[]delivered{start, {"02:05:00", redriven("")}}, []string{"02:00:00"}, 0, []approval.Starter{byAda, byBob}},
		"the event of the redrive has not come":   {[]delivered{start}, []string{"02:00:00"}, 0, nil},
		"one event for two redrives":              {[]delivered{start, {"02:05:00", redriven("")}}, []string{"02:00:00", "02:01:00"}, 2, nil},
		"a redrive that failed":                   {[]delivered{start, {"02:05:00", redriven("ExecutionNotRedrivable")}}, []string{"02:00:00"}, 1, nil},
		"the history does not show the redrive":   {[]delivered{start}, nil, 1, nil},
	} {
		t.Run(reason, func(t *testing.T) {
			f := &trail{events: row.events, redrives: row.redrives}
			got, err := f.starts(t).Starters(context.Background(), &approval.Request{Execution: execution, StartedAt: at("01:00:00"), RedriveCount: row.redriveCount})
			if row.want == nil && !errors.Is(err, approval.ErrStarterUnknown) || row.want != nil && err != nil {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A busy account's trail is searched where the event usually is, and no further.
func TestStartsSearchesNoMoreThanItNeeds(t *testing.T) {
	for clock, want := range map[string]string{"01:05:00": "00:58-01:30", "09:00:00": "00:58-01:30 01:30-20:00"} {
		f := &trail{events: []delivered{{clock, started("e-1", ada, execution, "01:00:00")}}}
		if _, err := f.starts(t).Starters(context.Background(), &approval.Request{Execution: execution, StartedAt: at("01:00:00")}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.searched, " "); got != want {
			t.Errorf("delivered at %s: searched %s, want %s", clock, got, want)
		}
	}
	f := &trail{}
	starts := f.starts(t)
	starts.Now = func() time.Time { return at("01:10:00") }
	if _, err := starts.Starters(context.Background(), &approval.Request{Execution: execution, StartedAt: at("01:00:00")}); !errors.Is(err, approval.ErrStarterUnknown) {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(f.searched, " "); got != "00:58-01:10" {
		t.Errorf("soon after the start: searched %s", got)
	}
}

func TestStartsFailsWithTheTrail(t *testing.T) {
	for code, want := range map[string]string{"AccessDeniedException": "S O: AccessDeniedException", "ThrottlingException": approval.ErrStarterUnknown.Error()} {
		starts := Starts{Now: time.Now, Client: &fake{filterLogEvents: func(*cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
			return nil, refused(code)
		}}}
		if _, err := starts.Starters(context.Background(), &approval.Request{}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

// An execution's name becomes part of the pattern.
func TestStartsSearchesForNoNameThatChangesThePattern(t *testing.T) {
	for _, name := range []string{`a" || $.eventName = "b`, "*", `a\`} {
		if _, err := (Starts{}).Starters(context.Background(), &approval.Request{Execution: execution + name}); err == nil || !strings.Contains(err.Error(), "does not allow") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
