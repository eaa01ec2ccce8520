package proof_test

import (
	"bytes"
	"context"
	"encoding/json"
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
	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

// digest is that of the definition.
const digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// secret is subject data.
const secret = "S-SECRET"

// cohort is a definition with the states of a cohort pipeline, so far as a verification reads them.
const cohort = `{"QueryLanguage": "JSONata", "Comment": "` + digest + `", "StartAt": "StartEMRJob", "States": {
	"StartEMRJob": {"Type": "Task", "Resource": "arn:aws:states:::elasticmapreduce:addStep.sync", "Arguments": {"ClusterId": "j-1"}, "Output": "{% $states.input %}", "Next": "FindCohort"},
	"FindCohort": {"Type": "Pass", "Output": "{% $merge([$states.input, {'cohort': {'bucket': 'data', 'key': 'cohorts/c.jsonl', 'versionId': 'v-7'}}]) %}", "Next": "ScoreCohort"},
	"ScoreCohort": {"Type": "Map", "Items": ["a", "b"], "ItemProcessor": {"StartAt": "InvokeModel", "States": {
		"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", "Arguments": {"EndpointName": "dropout"}, "Next": "RecordDecisions"},
		"RecordDecisions": {"Type": "Pass", "Comment": "writes", "End": true}}},
		"Output": "{% $merge([$states.input, {'counts': {'subjects': 4, 'scored': 3, 'high': 1, 'failed': 1}}]) %}", "Next": "CheckRisk"},
	"CheckRisk": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.counts.high > 0 %}", "Next": "NotifyTeam"}], "Default": "End"},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:Alerts"}, "Output": "{% $states.input %}", "Next": "RequestApproval"},
	"RequestApproval": {"Type": "Pass", "Next": "CheckApproval"},
	"CheckApproval": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.approved = false %}", "Next": "NotApproved"}], "Default": "Tell"},
	"NotApproved": {"Type": "Pass", "Next": "End"},
	"Tell": {"Type": "Pass", "Output": "{% $merge([$states.input, {'downstream': {'ServiceNow': {'number': 'INC1'}}}]) %}", "Next": "End"},
	"End": {"Type": "Succeed"}}}`

// scene is an account in which a cohort was scored.
type scene struct {
	*testing.T
	aws   *operate.AWS
	arn   string
	start time.Time
	ports *ports
	store *memory.Store
	v     *proof.Verifier
}

// ports are stand-ins for S3, EMR and CloudWatch.
type ports struct {
	lines    map[string]int  // of objects, by place
	prefixes map[string]bool // with an object
	state    string          // of the step
	logs     string          // the place of its logs
	events   map[string]bool // log groups with events
	sums     map[string]float64
	broken   error // of every call, instead of an answer
}

func (p *ports) Lines(_ context.Context, bucket, key, version string) (int, error) {
	if n, there := p.lines[bucket+"/"+key+"?"+version]; there || p.broken != nil {
		return n, p.broken
	}
	return 0, proof.ErrAbsent
}

type objects struct{ *ports }

func (p objects) Any(_ context.Context, bucket, prefix string) (bool, error) {
	return p.prefixes[bucket+"/"+prefix], p.broken
}

func (p *ports) Step(_ context.Context, cluster, step string) (string, string, error) {
	if cluster != "j-1" || step != "s-1" {
		return "", "", proof.ErrAbsent
	}
	return p.state, p.logs, p.broken
}

func (p *ports) Any(_ context.Context, group, _ string, _, _ time.Time) (bool, error) {
	return p.events[group], p.broken
}

func (p *ports) Sums(_ context.Context, metrics []proof.Metric, _, _ time.Time) ([]*float64, error) {
	var sums []*float64
	for _, m := range metrics {
		var sum *float64
		if value, there := p.sums[m.Name]; there {
			sum = &value
		}
		sums = append(sums, sum)
	}
	return sums, p.broken
}

// starts are who started the execution.
type starts []approval.Starter

func (s starts) Starters(context.Context, *approval.Request) ([]approval.Starter, error) {
	if len(s) == 0 {
		return nil, approval.ErrStarterUnknown
	}
	return s, nil
}

// newScene runs the cohort pipeline, and writes its records. The definition may be changed first.
func newScene(t *testing.T, input string, replaced ...string) *scene {
	t.Helper()
	server, err := serve.New(serve.Config{Time: serve.Virtual, Services: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		switch task.State {
		case workflow.StartEMRJob:
			return asl.Reply{Output: map[string]any{"Step": map[string]any{"Id": "s-1"}}}, nil
		case workflow.NotifyTeam:
			if strings.Contains(input, "down") {
				return asl.Reply{}, &asl.Error{Name: "SNS.Down", Cause: secret}
			}
			return asl.Reply{Output: map[string]any{"MessageId": "m-1"}}, nil
		}
		return asl.Reply{Output: map[string]any{"Body": secret}}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() { web.Close(); _ = server.Close() })
	s := &scene{T: t, aws: operate.New(aws.Config{Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, operate.Options{Rate: 1e6})}
	definition := strings.NewReplacer(append(replaced, `"Type": "Pass", "Comment": "writes"`, `"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "Arguments": {"Bucket": "records"}`)...).Replace(cohort)
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
	machine := call("CreateStateMachine", map[string]any{"name": "risk", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r",
		"tags": []any{map[string]any{"key": workflow.DigestTag, "value": digest}}})["stateMachineArn"].(string)
	s.arn = call("StartExecution", map[string]any{"stateMachineArn": machine, "name": "run-1", "input": input})["executionArn"].(string)
	e, err := s.aws.Describe(t.Context(), s.arn, false)
	for err == nil && e.Running() {
		e, err = s.aws.Describe(t.Context(), s.arn, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.start = e.StartedAt
	s.equip()
	return s
}

// equip makes the rest of the account.
func (s *scene) equip() {
	s.ports = &ports{
		lines: map[string]int{"data/cohorts/c.jsonl?v-7": 4}, prefixes: map[string]bool{"logs/j-1/steps/s-1/": true}, state: "COMPLETED", logs: "s3n://logs/j-1/steps/s-1/",
		events: map[string]bool{"/aws/sagemaker/Endpoints/dropout": true},
		sums:   map[string]float64{"Invocations": 2, "NumberOfMessagesPublished": 1, "NumberOfNotificationsDelivered": 1},
	}
	s.store = &memory.Store{Bucket: "records", Default: approvals.Rule{Mode: approvals.Compliance, Period: 365 * 24 * time.Hour}}
	s.record(0, `{"index": 0, "subject": "`+secret+`", "score": 0.9, "branch": "alert"}, {"index": 1, "subject": "S-2", "score": 0.1, "branch": "no alert"}`, ``)
	s.record(2, `{"index": 2, "subject": "S-3", "score": 0.2, "branch": "no alert"}`, `{"index": 3, "subject": "S-4", "reason": "no usable score"}`)
	s.v = &proof.Verifier{AWS: s.aws, Digest: digest, Program: "clinicalrisk test", Now: time.Now, Ports: proof.Ports{
		Objects: objects{s.ports}, Steps: s.ports, Logs: s.ports, Metrics: s.ports, Records: func(string) records.Store { return s.store },
		Starts: starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Operator/ada@example.com"}},
		Approval: func(context.Context, string) (*approvals.Report, error) {
			return &approvals.Report{Checks: []approvals.Check{{Name: "schema", Result: approvals.Holds}}}, nil
		},
	}}
}

// key is the key of the record of the batch whose first subject is at a place.
func (s *scene) key(first int) string {
	return fmt.Sprintf("%sbatch-%07d.json", workflow.RecordsOf("T-1", s.arn, workflow.Started(s.start)), first)
}

// record writes a record.
func (s *scene) record(first int, subjects, notScored string) {
	started := workflow.Started(s.start)
	body := fmt.Sprintf(`{"schemaVersion": 1, "recordedAt": %q, "timeSource": "AWS Step Functions", "threshold": 0.75,
		"run": {"execution": %q, "startedAt": %q, "stateMachine": "arn:aws:states:us-east-1:123456789012:stateMachine:risk", "definition": %q, "trialId": "T-1", "test": false},
		"model": {"endpoint": "dropout", "variant": "blue", "matchedBy": "id"}, "input": {"bucket": "data", "key": "cohorts/c.jsonl", "versionId": "v-7", "firstIndex": %d},
		"subjects": [%s], "notScored": [%s]}`, started, s.arn, started, digest, first, subjects, notScored)
	s.store.Put(s.key(first), s.start, func() []byte { return []byte(body) })
}

// edit changes the first record.
func (s *scene) edit(old, new string) {
	s.Helper()
	o := s.store.Objects[s.key(0)]
	body := o.Body()
	if !bytes.Contains(body, []byte(old)) {
		s.Fatalf("%q is not in %s", old, body)
	}
	o.Body = func() []byte { return bytes.Replace(body, []byte(old), []byte(new), 1) }
}

// verify returns the lines that are not found, as "CHECK: RESULT: FINDINGS".
func (s *scene) verify() (*proof.Report, []string) {
	s.Helper()
	report, err := s.v.Verify(s.Context(), s.arn)
	if err != nil {
		s.Fatal(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		s.Fatal(err)
	}
	if strings.Contains(string(text), secret) {
		s.Errorf("subject data is in %s", text)
	}
	var bad []string
	for _, line := range report.Lines {
		if line.Result != proof.Found {
			bad = append(bad, fmt.Sprintf("%s: %s: %s", line.Check, line.Result, strings.Join(line.Findings, "; ")))
		}
	}
	return report, bad
}
