package retrace_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/operate/retrace"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/workflow"
)

// feature is a value that no page may have.
const feature = "feature-4711"

const subject = `{"QueryLanguage": "JSONata", "StartAt": "InvokeModel", "States": {
	"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", "Arguments": {"EndpointName": "dropout"},
		"Output": "{% $merge([$states.input, {'inference': $parse($states.result.Body)}]) %}", "Next": "CheckRisk"},
	"CheckRisk": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.inference.risk_score > 0.75 %}", "Next": "NotifyTeam"}], "Default": "End"},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"TopicArn": "t"}, "Output": "{% $states.input %}", "Next": "End"},
	"End": {"Type": "Succeed"}}}`

const cohort = `{"QueryLanguage": "JSONata", "StartAt": "ScoreCohort", "States": {
	"ScoreCohort": {"Type": "Map", "Items": ["a"], "ItemProcessor": {"StartAt": "RecordDecisions", "States": {
		"RecordDecisions": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "Arguments": {"Bucket": "records", "Body": {"threshold": 0.75}}, "End": true}}},
		"Output": "{% $merge([$states.input, {'counts': {'subjects': 3, 'scored': 2, 'high': 1, 'failed': 1}}]) %}", "Next": "CheckRisk"},
	"CheckRisk": {"Type": "Pass", "Next": "NotifyTeam"},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"TopicArn": "t"}, "Output": "{% $states.input %}", "Next": "CheckCoverage"},
	"CheckCoverage": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.counts.failed > 0 %}", "Next": "IncompleteScoring"}], "Default": "End"},
	"IncompleteScoring": {"Type": "Fail", "Error": "IncompleteScoring", "Cause": "{% $string($states.input.counts.failed) & ' subject was not scored' %}"},
	"End": {"Type": "Succeed"}}}`

// account runs an execution, and returns its ARN and its source.
func account(t *testing.T, definition, input string) (*retrace.Source, string, *memory.Store) {
	t.Helper()
	server, err := serve.New(serve.Config{Time: serve.Virtual, Services: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		switch {
		case task.State == "InvokeModel" && strings.Contains(input, "broken"):
			return asl.Reply{}, &asl.Error{Name: "SageMakerRuntime.ModelErrorException", Cause: "it got " + feature}
		case task.State == "InvokeModel" && strings.Contains(input, "wait"):
			return asl.Reply{Later: asl.NewCompletion(func() {})}, nil
		}
		return asl.Reply{Output: map[string]any{"Body": `{"risk_score": 0.9}`, "MessageId": "m-1"}}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() { web.Close(); _ = server.Close() })
	call := func(operation string, request map[string]any) map[string]any {
		body, _ := json.Marshal(request)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %s", operation, w.Body)
		}
		return answer
	}
	machine := call("CreateStateMachine", map[string]any{"name": "risk", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"})["stateMachineArn"]
	arn := call("StartExecution", map[string]any{"stateMachineArn": machine, "name": "run-1", "input": input})["executionArn"].(string)
	for !strings.Contains(input, "wait") && call("DescribeExecution", map[string]any{"executionArn": arn})["status"] == "RUNNING" {
		time.Sleep(time.Millisecond)
	}
	store := &memory.Store{Bucket: "records"}
	client := operate.New(aws.Config{Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, operate.Options{Rate: 1e6})
	return &retrace.Source{AWS: client, Environment: "dev", Records: func(string) records.Store { return store }}, arn, store
}

// page retraces an execution, and returns its page.
func page(t *testing.T, s *retrace.Source, arn string) (*retrace.Retraced, string) {
	t.Helper()
	r, err := s.Retrace(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), feature) || strings.Contains(text.String(), "on this machine") || strings.Contains(text.String(), "jsonl") {
		t.Errorf("the page has a feature, or is about a local run:\n%s", &text)
	}
	return r, text.String()
}

func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

const input = `{"subject": "S-1", "trialId": "T-1", "transformed_features": {"a": "` + feature + `"}}`

func TestOneSubject(t *testing.T) {
	s, arn, _ := account(t, subject, input)
	r, text := page(t, s, arn)
	want(t, text, "executed on AWS", "1 subject of 1 at high risk", "S-1", "0.9000", "the SageMaker endpoint dropout", "alert above 0.75")
	if r.Summary.Alerts != 1 || r.Summary.ByDecision["HIGH_RISK"] != 1 || r.Summary.Succeeded != 1 {
		t.Errorf("summary %+v", r.Summary)
	}
}

func TestOneSubjectThatFailed(t *testing.T) {
	s, arn, _ := account(t, subject, strings.Replace(input, "{", `{"broken": true, `, 1))
	r, text := page(t, s, arn)
	want(t, text, "SageMakerRuntime.ModelErrorException", operate.Withheld)
	if r.Summary.Failed != 1 || r.Summary.ByDecision["UNDECIDED"] != 1 {
		t.Errorf("summary %+v", r.Summary)
	}
}

// put writes a decision record.
func put(t *testing.T, s *retrace.Source, store *memory.Store, arn, name, of, subjects, notScored string) {
	t.Helper()
	e, err := s.AWS.Describe(t.Context(), arn, false)
	if err != nil {
		t.Fatal(err)
	}
	started := workflow.Started(e.StartedAt)
	body := fmt.Sprintf(`{"run": {"execution": %q, "startedAt": %q}, "subjects": [%s], "notScored": [%s]}`, of, started, subjects, notScored)
	store.Put(workflow.RecordsOf("T-1", arn, started)+name, e.StartedAt, func() []byte { return []byte(body) })
}

const records1 = `{"index": 0, "subject": "S-1", "score": 0.9, "branch": "alert"}, {"index": 1, "subject": "S-2", "score": 0.1, "branch": "no alert"}`

func TestACohort(t *testing.T) {
	s, arn, store := account(t, cohort, `{"trialId": "T-1"}`)
	put(t, s, store, arn, "batch-0000000.json", arn, records1, `{"index": 2, "subject": "S-3", "reason": "no usable score"}`)
	r, text := page(t, s, arn)
	want(t, text, "1 subject of 3 at high risk", "S-1", "no usable score", "batch-0000000", "1 subject was not scored", "s3://records/decisions/T-1/")
	if r.Summary.Failed != 1 || r.Summary.Coverage == nil || r.Summary.Scored != 2 || r.Summary.HighRisk != 1 || r.Summary.NotScored != 1 {
		t.Errorf("summary %+v %+v", r.Summary, r.Summary.Coverage)
	}
}

// A line of the cohort that no record names is undecided, and never left out.
func TestACohortWithoutARecord(t *testing.T) {
	s, arn, store := account(t, cohort, `{"trialId": "T-1"}`)
	put(t, s, store, arn, "batch-0000000.json", arn, records1, "")
	r, text := page(t, s, arn)
	want(t, text, "line 3", "no decision record names the line of the cohort")
	if r.Summary.NotScored != 1 || r.Summary.Subjects != 3 {
		t.Errorf("summary %+v", r.Summary.Coverage)
	}
}

// A record that cannot be trusted is no ground for a page.
func TestRecordsThatAreWrong(t *testing.T) {
	for reason, row := range map[string]struct{ of, subjects, notScored, want string }{
		"another execution":        {"arn:x", records1, "", "it is of another execution"},
		"a line twice":             {"", records1 + "," + records1, "", "it names line 1 of the cohort"},
		"scored, and not":          {"", records1, `{"index": 0, "subject": "S-1", "reason": "no usable score"}`, "it names line 1 of the cohort"},
		"an unknown branch":        {"", strings.Replace(records1, "no alert", "perhaps", 1), "", "it names line 2 of the cohort"},
		"a line beyond any cohort": {"", `{"index": 999999999999, "subject": "S-1", "score": 0.9, "branch": "alert"}`, "", "it names line "},
		"no JSON":                  {"", `{`, "", "it is not valid"},
	} {
		s, arn, store := account(t, cohort, `{"trialId": "T-1"}`)
		of := row.of
		if of == "" {
			of = arn
		}
		put(t, s, store, arn, "batch-0000000.json", of, row.subjects, row.notScored)
		if _, err := s.Retrace(t.Context(), arn); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", reason, err, row.want)
		}
	}
}

func TestAnExecutionThatRuns(t *testing.T) {
	s, arn, _ := account(t, subject, strings.Replace(input, "{", `{"wait": true, `, 1))
	if _, err := s.Retrace(t.Context(), arn); !errors.Is(err, retrace.ErrRunning) {
		t.Errorf("got %v", err)
	}
}
