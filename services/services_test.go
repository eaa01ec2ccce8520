package services

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryCallIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, call := range Calls() {
		if seen[call.Integration] {
			t.Errorf("%s is listed twice", call.Integration)
		}
		seen[call.Integration] = true
		if !strings.HasPrefix(call.Source, "https://docs.aws.amazon.com/") {
			t.Errorf("%s: Source must be a page of AWS's documentation, got %q", call.Integration, call.Source)
		}
		if len(call.Errors()) == 0 {
			t.Errorf("%s: no error is listed", call.Integration)
		}
		if sync := strings.Contains(call.Integration, ".sync"); sync != (len(call.Job) > 0) {
			t.Errorf("%s: Job must list operations if the integration waits for a job, and no others, got %v", call.Integration, call.Job)
		}
	}
}

// An error in two lists would have two retriers, and one with another prefix would match nothing.
func TestEveryErrorIsListedOnceUnderOnePrefix(t *testing.T) {
	for _, call := range Calls() {
		errors := call.Errors()
		prefix, _, _ := strings.Cut(errors[0], ".")
		for i, name := range errors {
			if slices.Contains(errors[:i], name) {
				t.Errorf("%s: %s is listed twice", call.Integration, name)
			}
			if !strings.HasPrefix(name, prefix+".") {
				t.Errorf("%s: %s does not begin with %s", call.Integration, name, prefix)
			}
		}
		for name := range call.Undeclared {
			if !slices.Contains(errors, name) {
				t.Errorf("%s: Undeclared explains %s, which is not listed", call.Integration, name)
			}
		}
	}
}

func TestOf(t *testing.T) {
	for _, c := range []struct{ reason, resource, want string }{
		{"an optimized integration", "arn:aws:states:::sns:publish", "sns:publish"},
		{"another partition", "arn:aws-us-gov:states:::states:startExecution.sync:2", "states:startExecution.sync:2"},
		{"an SDK integration of the same action is another call", "arn:aws:states:::aws-sdk:sns:publish", ""},
		{"a call that waits for its answer", "arn:aws:states:::lambda:invoke", "lambda:invoke"},
		{"the same call, with a token", "arn:aws:states:::lambda:invoke.waitForTaskToken", "lambda:invoke.waitForTaskToken"},
	} {
		if got, ok := Of(c.resource); got.Integration != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %v, want %q", c.reason, got.Integration, ok, c.want)
		}
	}
}

func TestActionsAreThoseOfTheOperationAndOfItsJob(t *testing.T) {
	all, job := AddStep.Actions(), AddStep.JobActions()
	want := []string{"elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps"}
	if !slices.Equal(all, want) || !slices.Equal(job, want[1:]) {
		t.Errorf("Actions are %v, JobActions %v, want %v", all, job, want)
	}
	if got := Publish.Actions(); !slices.Equal(got, []string{"sns:Publish"}) {
		t.Errorf("a call without a job: Actions are %v", got)
	}
}

func TestSDK(t *testing.T) {
	if service, action := InvokeEndpoint.SDK(); service != "sagemakerruntime" || action != "invokeEndpoint" {
		t.Errorf("got %q and %q", service, action)
	}
}

// The snapshots have the state machines of every environment.
func TestEveryCallOfASynthesizedStateMachineIsListed(t *testing.T) {
	files, err := filepath.Glob("../test/__snapshots__/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no snapshots: %v", err)
	}
	resource := regexp.MustCompile(`:states:::[A-Za-z0-9:.-]+`)
	for _, file := range files {
		template, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range resource.FindAllString(string(template), -1) {
			if _, ok := Of("arn:aws" + found); !ok {
				t.Errorf("%s: arn:aws%s is not listed", filepath.Base(file), found)
			}
		}
	}
}
