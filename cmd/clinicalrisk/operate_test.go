package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/program"
)

func TestStartAndWatchOne(t *testing.T) {
	d := deploy(t, answerTasks)
	code, stdout, stderr := d.operate("start", "--name", "one", "--wait", write(t, "in.jsonl", input("S-1")))
	d.want(code, program.ExitOK, stdout, stderr, executionPrefix+"one", "SUCCEEDED")
	code, stdout, stderr = d.operate("start", "--name", "two", "--wait", "--json", write(t, "in.jsonl", broken("S-1")))
	d.want(code, program.ExitFailed, stdout, stderr)
	var o operate.Outcome
	if err := json.Unmarshal([]byte(stdout), &o); err != nil || o.LastState != "InvokeModel" || o.Error != "SageMakerRuntime.ModelErrorException" || o.Cause != "Service: SageMakerRuntime, Status Code: 424, Request ID: r-1" || stderr != "" {
		t.Errorf("%v, outcome %s%s", err, stdout, stderr)
	}
	code, again, stderr := d.operate("watch", "--json", executionPrefix+"two")
	d.want(code, program.ExitFailed, again, stderr)
	if again != stdout {
		t.Errorf("watched again\n%s\nwant\n%s", again, stdout)
	}
}

func TestStartAFile(t *testing.T) {
	d := deploy(t, answerTasks)
	file := write(t, "in.jsonl", input("S-1")+broken("S-2")+input("S-3"))
	code, stdout, stderr := d.operate("start", "--name", "night", file)
	d.want(code, program.ExitOK, stdout, stderr, "Started 3 executions", "clinicalrisk watch --started night")
	code, stdout, stderr = d.operate("watch", "--started", "night", "--alias", d.alias)
	d.want(code, program.ExitFailed, stdout, stderr, "3 executions: 2 succeeded, 1 failed", "night-000002  FAILED SageMakerRuntime.ModelErrorException in InvokeModel")
	code, stdout, stderr = d.operate("start", "--name", "night", file)
	d.want(code, program.ExitOK, stdout, stderr, "Started 0 executions; 3 executions started before")
	if n := d.starts(); n != 3 {
		t.Errorf("%d executions", n)
	}
	code, stdout, stderr = d.operate("list", "--failed")
	d.want(code, program.ExitOK, stdout, stderr, "night-000002")
	if strings.Contains(stdout, "night-000001") {
		t.Errorf("lists\n%s", stdout)
	}
	if strings.Contains(stdout, "S-2") {
		t.Error("a name has the id of a subject")
	}
}

// Nothing starts unless everything is right.
func TestNothingStarts(t *testing.T) {
	d := deploy(t, answerTasks)
	good := write(t, "in.jsonl", input("S-1"))
	test := `{"subject": "S-9", "trialId": "T-1", "test": true, "transformed_features": {}}` + "\n"
	for reason, row := range map[string]struct {
		arguments []string
		want      string
	}{
		"a line that is wrong":    {[]string{write(t, "a.jsonl", input("S-1")+"{}\n")}, ":2: "},
		"an input that is large":  {[]string{write(t, "b.jsonl", `{"subject": "S-1", "trialId": "T-1", "transformed_features": {"a": "`+strings.Repeat("x", 256<<10)+`"}}`+"\n")}, "Step Functions accepts at most 262144"},
		"a test without a name":   {[]string{"--name", "night", write(t, "c.jsonl", test)}, "begin --name with smoke-"},
		"a name without a test":   {[]string{"--name", "smoke-1", good}, "give both or none"},
		"a test among others":     {[]string{write(t, "d.jsonl", input("S-1")+test)}, "1 of 2 inputs have"},
		"no pipeline":             {[]string{"--environment", "empty", good}, "no state machine"},
		"a cohort":                {[]string{"--trial", "T-1", "--any-definition"}, "scores one subject: start it with a file"},
		"an unknown environment":  {[]string{"--environment", "nowhere", good}, `no environment "nowhere"`},
		"both":                    {[]string{"--trial", "T-1", good}, "use either <file> or --trial"},
		"neither":                 {nil, `expected "<file>" or --trial ID`},
		"a cut of no cohort":      {[]string{"--cut", "2026-01-01", good}, "--cut requires --trial"},
		"a cut that is no day":    {[]string{"--trial", "T-1", "--cut", "1.1.2026"}, "--cut must be a day"},
		"a cut that is to come":   {[]string{"--trial", "T-1", "--cut", "2999-01-01"}, "--cut must not be after today"},
		"a trial that is no id":   {[]string{"--trial", "a/b"}, "--trial must have 1 to 64"},
		"a rate of nothing":       {[]string{"--rate", "0", good}, "--rate must be above 0"},
		"a long name for several": {[]string{"--name", strings.Repeat("a", 80), write(t, "e.jsonl", input("S-1")+input("S-2"))}, "at most 73 characters"},
	} {
		code, stdout, stderr := d.operate(append([]string{"start"}, row.arguments...)...)
		if code != program.ExitUsage || stdout != "" || !strings.Contains(stderr, row.want) || strings.Contains(stderr, "secret") {
			t.Errorf("%s: exit code %d, %s%s, want %q", reason, code, stdout, stderr, row.want)
		}
	}
	d.url = "localhost"
	code, stdout, stderr := d.operate("start", good)
	d.want(code, program.ExitUsage, stdout, stderr, "--endpoint-url must be a URL")
	if n := d.starts(); n != 0 {
		t.Errorf("%d executions", n)
	}
}

// What the assembly does not have is not started, unless the person says so.
func TestAnotherDefinition(t *testing.T) {
	d := startServer(t, answerTasks)
	d.create(`{"StartAt": "InvokeModel", "States": {"InvokeModel": {"Type": "Pass", "End": true}}}`, "other")
	good := write(t, "in.jsonl", input("S-1"))
	code, stdout, stderr := d.operate("start", good)
	d.want(code, program.ExitUsage, stdout, stderr, "the alias starts another definition than the assembly has: 1 of risk has not the digest ", "start with --any-definition")
	if n := d.starts(); n != 0 {
		t.Errorf("%d executions", n)
	}
	code, stdout, stderr = d.operate("start", "--any-definition", "--name", "told", good)
	d.want(code, program.ExitOK, stdout, stderr, "Started 1 execution\n", "clinicalrisk watch "+executionPrefix+"told")
}

// A data cut is claimed by the pipeline, whatever the name of the second execution.
func TestACutIsScoredOnce(t *testing.T) {
	claimed := map[string]bool{}
	d := startServer(t, func(task *asl.Task) (asl.Reply, error) {
		if claim := asl.Encode(task.Input); task.State == "ClaimCut" {
			if claimed[claim] {
				return asl.Reply{}, &asl.Error{Name: "DynamoDB.ConditionalCheckFailedException"}
			}
			claimed[claim] = true
		}
		return asl.Reply{Output: map[string]any{}}, nil
	})
	d.create(`{"QueryLanguage": "JSONata", "Comment": "SYN-1", "StartAt": "ClaimCut", "States": {
		"ClaimCut": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "Arguments": {"Cut": "{% $states.input.cutDate %}"}, "Next": "ScoreCohort",
			"Catch": [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "AlreadyScored"}]},
		"ScoreCohort": {"Type": "Pass", "End": true},
		"AlreadyScored": {"Type": "Fail", "Error": "AlreadyScored", "Cause": "{% 'Another execution claimed the data cut.' %}"}}}`, "d")
	for i, row := range []struct {
		cut  string
		code int
		want string
	}{{"2026-01-01", program.ExitOK, "SUCCEEDED"}, {"2026-01-01", program.ExitFailed, "Another execution claimed the data cut."}, {"2026-01-02", program.ExitOK, "SUCCEEDED"}} {
		code, stdout, stderr := d.operate("start", "--trial", "SYN-1", "--cut", row.cut, "--name", fmt.Sprint("run-", i), "--any-definition", "--wait")
		d.want(code, row.code, stdout, stderr, row.want)
	}
	code, stdout, stderr := d.operate("start", "--trial", "SYN-2", "--any-definition")
	d.want(code, program.ExitUsage, stdout, stderr, "risk is not the state machine of the trial SYN-2")
	code, stdout, stderr = d.operate("start", "--any-definition", write(t, "in.jsonl", input("S-1")))
	d.want(code, program.ExitUsage, stdout, stderr, "start it with --trial ID")
}
