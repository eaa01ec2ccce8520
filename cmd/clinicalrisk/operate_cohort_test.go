package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/asl"
	asl_serve "clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/folder"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

// cohorts is an account with the cohort pipeline of the test assembly, and stand-ins for the services that it calls.
type cohorts struct {
	*deployed
	objects string // the folder of S3
}

// deployCohorts deploys the pipeline. Its extraction writes the cohort of the file.
func deployCohorts(t *testing.T, cohort string) *cohorts {
	t.Helper()
	a, err := assembly.Open(testAssembly)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.StateMachine("full", assembly.WholeCohort)
	if err != nil {
		t.Fatal(err)
	}
	file, err := intake.OpenCohort(t.Context(), cohort, nil, intake.Table{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	person, err := approver.Open("all")
	if err != nil {
		t.Fatal(err)
	}
	s3 := local.S3{Dir: t.TempDir()}
	services := local.New(&local.StepFunctions{}, &local.ServiceNow{}, local.EMR{ETL: local.ETL{S3: s3, Cohort: file.WriteLines}}, local.SageMaker{Model: model.Reference{}}, s3, local.SNS{},
		&approver.Approver{Objects: s3, Person: person})
	c := &cohorts{objects: s3.Dir}
	perform := func(ctx context.Context, task *asl.Task) (asl.Reply, error) {
		reply, err := services.Call(ctx, task)
		if err == nil && task.State == workflow.RequestApproval {
			go c.decide(task.Token, asl.Encode(reply.Output)) // the function, once the person has decided
		}
		return reply, err
	}
	c.deployed = startServerWith(t, asl_serve.Config{Services: asl.HandlerFunc(perform), Objects: s3})
	outreach := c.call("CreateStateMachine", map[string]any{"name": "outreach", "definition": `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}`, "roleArn": "arn:aws:iam::123456789012:role/r"})
	told := regexp.MustCompile(`arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9-]+`) // the only other one in the definition
	c.create(told.ReplaceAllString(string(m.Definition), outreach["stateMachineArn"].(string)), m.Digest)
	wasStore, wasPorts := newStore, newPorts
	store := func(aws.Config, string) records.Store {
		kept, err := folder.Open(s3.Dir, "", "SYN-AD-402")
		if err != nil {
			t.Error(err)
		}
		return kept
	}
	newStore = store
	newPorts = func(_ context.Context, _ *verifyCommand, settings aws.Config, _ pipelineOf) proof.Ports {
		return proof.Ports{Objects: inFolder{s3}, Records: func(bucket string) records.Store { return store(settings, bucket) }}
	}
	t.Cleanup(func() { newStore, newPorts = wasStore, wasPorts })
	return c
}

// decide completes the task of an approval, as soon as it waits.
func (c *cohorts) decide(token, output string) {
	body, _ := json.Marshal(map[string]any{"taskToken": token, "output": output}) // two texts
	for range 1000 {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("X-Amz-Target", "AWSStepFunctions.SendTaskSuccess")
		w := httptest.NewRecorder()
		if c.server.ServeHTTP(w, r); w.Code == http.StatusOK {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// inFolder is S3 in a folder, for proof.Objects.
type inFolder struct{ local.S3 }

func (f inFolder) Lines(ctx context.Context, bucket, key, _ string) (int, error) {
	body, err := f.Open(ctx, bucket, key)
	if err != nil {
		return 0, proof.ErrAbsent
	}
	text, err := io.ReadAll(body)
	return bytes.Count(text, []byte("\n")), errors.Join(err, body.Close())
}

func (f inFolder) Any(context.Context, string, string) (bool, error) { return false, nil }

// A cohort with an approval is started, followed, verified and reported by its synthesized definition.
func TestACohortFromStartToReport(t *testing.T) {
	c := deployCohorts(t, cohortSample)
	code, stdout, stderr := c.operate("start", "--environment", "full", "--trial", "SYN-AD-402", "--name", "night", "--wait", "--json")
	c.want(code, program.ExitFailed, stdout, stderr)
	var o operate.Outcome
	if err := json.Unmarshal([]byte(stdout), &o); err != nil || o.Error != "IncompleteScoring" || len(o.MapRuns) != 1 || o.MapRuns[0].Total == 0 || !strings.Contains(o.Cause, "7") {
		t.Fatalf("%v, outcome %s", err, stdout)
	}
	entered := map[string]bool{}
	for _, state := range o.States {
		entered[state.Name] = true
	}
	if !entered["RequestApproval"] || !entered["CheckApproval"] {
		t.Errorf("states %v", entered)
	}
	arn := executionPrefix + "night"
	code, stdout, stderr = c.operate("verify", "--environment", "full", "--assembly", testAssembly, arn)
	c.want(code, program.ExitFailed, stdout, stderr, "FAILED in IncompleteScoring", "has 256 lines, as many as the execution counted subjects",
		"message id ", "the tag definition-digest of the assembly", "answered: Outreach, Incident", "not verifiable  approval")
	page := filepath.Join(t.TempDir(), "report.html")
	code, stdout, stderr = c.operate("report", "--environment", "full", "--json", "--out", page, arn)
	c.want(code, program.ExitFailed, stdout, stderr)
	var summary outcome.Summary
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || summary.Coverage == nil || summary.Subjects != 256 || summary.Scored != 249 || summary.NotScored != 7 || summary.Alerts != 1 {
		t.Errorf("%v, summary %s", err, stdout)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "of 256 at high risk") {
		t.Errorf("%v, page\n%s", err, text)
	}
}
