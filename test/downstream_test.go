package test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-22, P11-10f
func TestDownstreamSystemsHearOfHighRiskAfterTheTeam(t *testing.T) {
	incidents := serviceNow{}
	got := execute(t, downstreamPipeline(t), oneSubject, downstreamServices("0.9", incidents))
	want := "CheckInput StartEMRJob InvokeModel CheckRisk NotifyTeam CheckTest StartReview BeginIncident FindIncident CheckIncident OpenIncident End"
	if diff := cmp.Diff(want, join(got.Path())); diff != "" {
		t.Errorf("%s: %s %s", diff, got.Error, got.Cause)
	}
	if answers := resultOf(got)["downstream"]; !cmp.Equal(answers, object{
		"Review": object{"execution": "arn:review"}, "Incident": object{"incident": "INC1"}}) {
		t.Errorf("the answers are %v", answers)
	}
	if got := execute(t, downstreamPipeline(t), oneSubject, downstreamServices("0.1", incidents)); join(got.Path()) != lowPath {
		t.Errorf("low risk went %v", got.Path())
	}
}

// Requirements: SRC-22, SRC-23
func TestDownstreamSystemsGetTheFindingOfTheAlert(t *testing.T) {
	var input, body object
	s := downstreamServices("0.9", serviceNow{})
	s = s.with("StartReview", func(task *asl.Task) (asl.Reply, error) {
		input = inputOf(task)
		return asl.Reply{Output: object{"ExecutionArn": "arn:review"}}, nil
	}).with("OpenIncident", func(task *asl.Task) (asl.Reply, error) {
		body = inputOf(task)["RequestBody"].(object)
		return serviceNow{}.open(task)
	})
	got := execute(t, downstreamPipeline(t), oneSubject, s)
	want := object{"message": "High dropout risk detected", "environment": "default", "trialId": "T-1", "threshold": 0.75,
		"execution": got.ARN, "subject": "S-001", "test": false}
	if diff := cmp.Diff(want, input["Input"]); diff != "" {
		t.Error(diff)
	}
	if name := input["Name"].(string); len(name) > 80 || !strings.HasSuffix(name, "-0") {
		t.Errorf("the name of the execution is %q", name)
	}
	wantBody := object{
		"short_description": "Trial Risk Alert", "urgency": "2", "assignment_group": "Clinical operations",
		"correlation_display": "clinical-risk-pipeline", "correlation_id": body["correlation_id"],
		"description": "High dropout risk detected\nEnvironment: default\nTrial: T-1\nThreshold: 0.75\nExecution: " + got.ARN + "\nSubject: S-001",
	}
	if diff := cmp.Diff(wantBody, body); diff != "" {
		t.Error(diff)
	}
	if id := body["correlation_id"].(string); len(id) != 32 {
		t.Errorf("the correlation id is %q", id)
	}
}

// Requirements: SRC-22
func TestAnIncidentIsOpenedOnce(t *testing.T) {
	lost := failing("States.Timeout", "no answer")
	for _, row := range []struct {
		reason    string
		open      func(s serviceNow) func(*asl.Task) (asl.Reply, error)
		path, err string
		incidents int
	}{
		{"a request that failed after it opened the incident", func(s serviceNow) func(*asl.Task) (asl.Reply, error) {
			return func(task *asl.Task) (asl.Reply, error) { _, _ = s.open(task); return lost(task) }
		}, "FindIncident CheckIncident OpenIncident WaitIncident FindIncident CheckIncident End", "", 1},
		{"a request that failed before it opened the incident", func(s serviceNow) func(*asl.Task) (asl.Reply, error) {
			return sometimes(1, lost, s.open)
		}, "FindIncident CheckIncident OpenIncident WaitIncident FindIncident CheckIncident OpenIncident End", "", 1},
		{"an unreadable answer", func(s serviceNow) func(*asl.Task) (asl.Reply, error) {
			return func(task *asl.Task) (asl.Reply, error) {
				_, _ = s.open(task)
				return asl.Reply{Output: object{"ResponseBody": "<html>"}}, nil
			}
		}, "FindIncident CheckIncident OpenIncident WaitIncident FindIncident CheckIncident End", "", 1},
		{"all requests fail, so the look-up fails, where a redrive begins", func(serviceNow) func(*asl.Task) (asl.Reply, error) { return lost },
			"FindIncident CheckIncident OpenIncident WaitIncident FindIncident CheckIncident OpenIncident WaitIncident " +
				"FindIncident CheckIncident OpenIncident WaitIncident FindIncident", "States.QueryEvaluationError", 0},
	} {
		t.Run(row.reason, func(t *testing.T) {
			incidents := serviceNow{}
			got := execute(t, downstreamPipeline(t), oneSubject, downstreamServices("0.9", incidents).with("OpenIncident", row.open(incidents)))
			path := got.Path()
			if path = path[slices.Index(path, "FindIncident"):]; join(path) != row.path || got.Error != row.err {
				t.Errorf("went %s and ended with %q\nwant %s and %q", join(path), got.Error, row.path, row.err)
			}
			if got.Status == asl.Succeeded && !cmp.Equal(resultOf(got)["downstream"].(object)["Incident"], object{"incident": "INC1"}) {
				t.Errorf("ended with %s", text(got.Output))
			}
			if len(incidents) != row.incidents {
				t.Errorf("%d incidents, want %d", len(incidents), row.incidents)
			}
		})
	}
}

func TestRequestsToServiceNow(t *testing.T) {
	for state, want := range map[string]object{
		"FindIncident": {
			"ApiEndpoint": "https://example.service-now.com/api/now/table/incident", "Method": "GET",
			"Authentication":  object{"ConnectionArn": connectionARN},
			"Headers":         object{"Accept": "application/json", "Content-Type": "application/json"},
			"QueryParameters": object{"sysparm_fields": "number", "sysparm_limit": "1"},
		},
		"OpenIncident": {
			"ApiEndpoint": "https://example.service-now.com/api/now/table/incident", "Method": "POST",
			"Authentication": object{"ConnectionArn": connectionARN},
			"Headers":        object{"Accept": "application/json", "Content-Type": "application/json"},
		},
	} {
		var got object
		s := downstreamServices("0.9", serviceNow{})
		answer := s[state]
		execute(t, downstreamPipeline(t), oneSubject, s.with(state, func(task *asl.Task) (asl.Reply, error) {
			got = maps.Clone(inputOf(task))
			return answer(task)
		}))
		if query, ok := got["QueryParameters"].(object); ok {
			query = maps.Clone(query)
			if id := query["sysparm_query"].(string); !regexp.MustCompile(`^correlation_id=[0-9a-f]{32}$`).MatchString(id) {
				t.Errorf("the query is %s", id)
			}
			delete(query, "sysparm_query")
			got["QueryParameters"] = query
		}
		delete(got, "RequestBody")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", state, diff)
		}
	}
}

func TestAnOpenIncidentIsNotOpenedAgain(t *testing.T) {
	incidents := serviceNow{}
	execute(t, downstreamPipeline(t), oneSubject, downstreamServices("0.9", incidents))
	got := execute(t, downstreamPipeline(t), oneSubject, downstreamServices("0.9", incidents)) // the same execution, once more
	if slices.Contains(got.Path(), "OpenIncident") || len(incidents) != 1 {
		t.Errorf("%d incidents by %v", len(incidents), got.Path())
	}
}

func TestAFailingDownstreamSystemFailsTheExecution(t *testing.T) {
	for state, fault := range map[string]func(*asl.Task) (asl.Reply, error){
		"StartReview":  failing("States.TaskFailed", "the review failed"),
		"FindIncident": failing("States.Http.StatusCode.401", "Unauthorized"),
	} {
		got := execute(t, downstreamPipeline(t), oneSubject, downstreamServices("0.9", serviceNow{}).with(state, fault))
		if path := got.Path(); got.Status != asl.Failed || path[len(path)-1] != state {
			t.Errorf("%s failed: ended as %s by %v", state, got.Status, path)
		}
	}
}

// Requirements: SRC-21
func TestRetriesOfDownstreamSystems(t *testing.T) {
	for _, row := range []struct {
		state  string
		fault  func(*asl.Task) (asl.Reply, error)
		status asl.Status
	}{
		{"FindIncident", failing("States.Http.StatusCode.503", "busy"), asl.Succeeded},
		{"FindIncident", hanging, asl.Succeeded},
		{"StartReview", failing("StepFunctions.AWSStepFunctionsException", "Rate exceeded"), asl.Succeeded},
		{"StartReview", hanging, asl.Failed},
	} {
		s := downstreamServices("0.9", serviceNow{})
		got := execute(t, downstreamPipeline(t), oneSubject, s.with(row.state, sometimes(1, row.fault, s[row.state])))
		if got.Status != row.status {
			t.Errorf("%s failed once: ended as %s with %s", row.state, got.Status, got.Error)
		}
	}
}

func TestDownstreamStatements(t *testing.T) {
	p := downstreamPipeline(t)
	got := p.statements(t)
	want := map[string]object{
		"StartReview": allow("StartReview", reviewARN, "states:StartExecution"),
		"StartReviewRun": allow("StartReviewRun", object{"Fn::Join": []any{"", []any{
			"arn:", object{"Ref": "AWS::Partition"}, ":states:", object{"Ref": "AWS::Region"}, ":", object{"Ref": "AWS::AccountId"},
			":execution:Review:*"}}}, []any{"states:DescribeExecution", "states:StopExecution"}),
		"StartReviewEvents":  allow("StartReviewEvents", arn("events", "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"), manageRule),
		"IncidentConnection": allow("IncidentConnection", connectionARN, "events:RetrieveConnectionCredentials"),
		"IncidentSecret":     allow("IncidentSecret", secretARN, []any{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}),
	}
	for name, statement := range want {
		if diff := cmp.Diff(statement, got[name]); diff != "" {
			t.Error(diff)
		}
	}
	request := allow("IncidentRequest", machineARN(""), "states:InvokeHTTPEndpoint")
	request["Condition"] = object{"StringEquals": object{
		"states:HTTPEndpoint": "https://example.service-now.com/api/now/table/incident", "states:HTTPMethod": []any{"GET", "POST"},
	}}
	if diff := cmp.Diff(request, got["IncidentRequest"]); diff != "" {
		t.Error(diff)
	}
}

func TestADownstreamStateMachineOfAnotherRegionIsRefused(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Frankfurt"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("210987654321"), Region: jsii.String("us-east-1")},
	})
	props := smallestProps(stack)
	props.Downstream = []risk.Downstream{risk.StateMachineExecution{
		Name:         "Review",
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("ReviewMachine"), jsii.String(reviewARN)),
	}}
	fault := panicOf(func() { risk.NewClinicalRiskPipeline(stack, "Pipeline", props) })
	want := "Downstream[0].StateMachine must be in the stack's account, 210987654321, got 123456789012\n" +
		"Downstream[0].StateMachine must be in the stack's region, us-east-1, got eu-central-1"
	if fmt.Sprint(fault) != want {
		t.Errorf("got %v\nwant %s", fault, want)
	}
}
