package local

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// perform calls an integration as the engine does. The parameters are JSON.
func perform(t *testing.T, service Service, integration, parameters string) (asl.Reply, error) {
	t.Helper()
	return performIn(t.Context(), t, service, integration, parameters)
}

func performIn(ctx context.Context, t *testing.T, service Service, integration, parameters string) (asl.Reply, error) {
	t.Helper()
	return New(service).Call(ctx, task(t, "arn:aws:states:::"+integration, parameters))
}

// observe performs a call and also returns its effects.
func observe(t *testing.T, service Service, integration, parameters string) (reply asl.Reply, effects []Effect, err error) {
	t.Helper()
	handler := New(service).Observed(func(e Effect) { effects = append(effects, e) })
	reply, err = handler.Call(t.Context(), task(t, "arn:aws:states:::"+integration, parameters))
	return reply, effects, err
}

func task(t *testing.T, resource, parameters string) *asl.Task {
	t.Helper()
	input, err := value.DecodeString(parameters)
	if err != nil {
		t.Fatal(err)
	}
	return &asl.Task{State: "S", Resource: resource, Input: input, Attempt: 1, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		ExecutionARN: "arn:aws:states:us-east-1:111111111111:execution:m:e", ExecutionName: "e"}
}

// wantError checks that an error is a service's exception.
func wantError(t *testing.T, err error, name, cause string) {
	t.Helper()
	var failure *asl.Error
	if !errors.As(err, &failure) || failure.Name != name || !strings.Contains(failure.Cause, cause) {
		t.Errorf("error %v, want %s with %q", err, name, cause)
	}
}

// echo is an integration that returns its own name.
type echo struct{ name string }

func (e echo) Integrations() []Integration {
	return []Integration{{Name: e.name, Perform: func(context.Context, *Call) (asl.Reply, error) {
		return asl.Reply{Output: e.name}, nil
	}}}
}

func TestServicesFindIntegrationsByName(t *testing.T) {
	services := New(echo{"sns:publish"}, echo{"aws-sdk:s3:getObject"}, echo{"elasticmapreduce:addStep.sync"}, echo{"arn:aws:lambda:us-east-1:111111111111:function:f"})
	for _, c := range []struct{ resource, want string }{
		{"arn:aws:states:::sns:publish", "sns:publish"},
		{"arn:aws-cn:states:::sns:publish", "sns:publish"},
		{"arn:aws:states:::aws-sdk:s3:getObject", "aws-sdk:s3:getObject"},
		{"arn:aws:states:::elasticmapreduce:addStep.sync", "elasticmapreduce:addStep.sync"},
		{"arn:aws:lambda:us-east-1:111111111111:function:f", "arn:aws:lambda:us-east-1:111111111111:function:f"},
	} {
		reply, err := services.Call(t.Context(), task(t, c.resource, `{}`))
		if err != nil || reply.Output != c.want {
			t.Errorf("%s called %v, %v; want %s", c.resource, reply.Output, err, c.want)
		}
	}
}

// A call without a stand-in aborts the run. It does not fail the task, so that no state can retry or catch it.
func TestIntegrationWithoutAStandIn(t *testing.T) {
	_, err := perform(t, SNS{}, "glue:startJobRun.sync", `{}`)
	var failure *asl.Error
	if err == nil || errors.As(err, &failure) || !strings.Contains(err.Error(), "no local stand-in for glue:startJobRun.sync, only for sns:publish") {
		t.Errorf("error %v, want one that names the integration and the known ones", err)
	}
}

func TestCheckFindsEveryTask(t *testing.T) {
	definition, err := value.DecodeString(`{"States": {
		"Known": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish"},
		"Top": {"Type": "Task", "Resource": "arn:aws:states:::a:b"},
		"Both": {"Type": "Parallel", "Branches": [{"States": {"InBranch": {"Type": "Task", "Resource": "arn:aws:states:::c:d"}}}]},
		"Each": {"Type": "Map", "ItemProcessor": {"States": {"InMap": {"Type": "Task", "Resource": "arn:aws:states:::e:f"}}}},
		"Old": {"Type": "Map", "Iterator": {"States": {"InIterator": {"Type": "Task", "Resource": "arn:aws:states:::g:h"}}}},
		"End": {"Type": "Succeed"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	err = New(SNS{}).Check(definition)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`state "Top": no local stand-in for a:b`, `state "InBranch"`, `state "InMap"`, `state "InIterator"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not contain %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "Known") {
		t.Errorf("the error names a task that has a stand-in: %v", err)
	}
}

// The engine names the state, and the services name the parameter.
func TestErrorsNameStateAndParameter(t *testing.T) {
	machine, err := asl.Load([]byte(`{"StartAt": "Tell", "States": {"Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish",
		"Parameters": {"TopicArn": "arn:x", "Messages": "m"}, "End": true,
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}, "Caught": {"Type": "Succeed"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = machine.Run(t.Context(), map[string]any{}, asl.Options{Handler: New(SNS{})})
	for _, want := range []string{"Tell", "sns:publish", "parameter Message is missing", "parameter Messages is unknown"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to contain %q", err, want)
		}
	}
}

func TestIDsDeriveFromTheCall(t *testing.T) {
	call := func(change func(*asl.Task)) *Call {
		tk := task(t, "r", `{}`)
		change(tk)
		return &Call{Task: tk}
	}
	first := call(func(*asl.Task) {}).uuid("x")
	if again := call(func(*asl.Task) {}).uuid("x"); again != first {
		t.Errorf("the same call has the ids %s and %s", first, again)
	}
	for what, other := range map[string]string{
		"another attempt":   call(func(tk *asl.Task) { tk.Attempt = 2 }).uuid("x"),
		"another state":     call(func(tk *asl.Task) { tk.State = "T" }).uuid("x"),
		"another execution": call(func(tk *asl.Task) { tk.ExecutionARN = "f" }).uuid("x"),
		"another purpose":   call(func(*asl.Task) {}).uuid("y"),
	} {
		if other == first {
			t.Errorf("%s has the same id", what)
		}
	}
}
