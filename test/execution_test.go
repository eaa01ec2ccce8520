package test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

var oneSubject = object{
	"subject": "S-001", "trialId": "T-1", "transformed_features": object{"age": 71.0, "site": "DE-03"},
}

// execute runs the variant on the input.
func execute(t *testing.T, p *pipeline, input any, s services) *asl.Execution {
	t.Helper()
	return p.run(t, input, asl.Options{Handler: s, Name: "run-1"})
}

const (
	lowPath     = "CheckInput StartEMRJob InvokeModel CheckRisk End"
	highPath    = "CheckInput StartEMRJob InvokeModel CheckRisk NotifyTeam End"
	invalidPath = "CheckInput StartEMRJob InvokeModel CheckRisk InvalidScore"
	brokenPath  = "CheckInput StartEMRJob InvokeModel"
)

// Requirements: SRC-02, P11-10a, P11-10a-records
func TestEveryAnswerOfTheModelTakesItsBranch(t *testing.T) {
	for _, row := range []struct{ reason, body, path, err string }{
		{"the threshold itself does not alert", `{"risk_score": 0.75}`, lowPath, ""},
		{"just above the threshold alerts", `{"risk_score": 0.7500001}`, highPath, ""},
		{"one is a valid score", `{"risk_score": 1}`, highPath, ""},
		{"zero is a valid score", `{"risk_score": 0}`, lowPath, ""},
		{"other fields are ignored", `{"risk_score": 0.1, "model": "v7"}`, lowPath, ""},
		{"a string is not a number", `{"risk_score": "0.9"}`, invalidPath, "InvalidScore"},
		{"null is not a number", `{"risk_score": null}`, invalidPath, "InvalidScore"},
		{"true is not a number", `{"risk_score": true}`, invalidPath, "InvalidScore"},
		{"a probability is not negative", `{"risk_score": -1}`, invalidPath, "InvalidScore"},
		{"a probability is at most one", `{"risk_score": 1.5}`, invalidPath, "InvalidScore"},
		{"a list is not a score", `{"risk_score": [0.1]}`, invalidPath, "InvalidScore"},
		{"a score is missing", `{}`, invalidPath, "InvalidScore"},
		{"the answer has another form", `{"predictions": [0.1]}`, invalidPath, "InvalidScore"},
		{"a list of one answer is not an answer", `[{"risk_score": 0.1}]`, invalidPath, "InvalidScore"},
		{"a bare number is not an answer", `0.1`, invalidPath, "InvalidScore"},
		{"null is not an answer", `null`, invalidPath, "InvalidScore"},
		{"NaN is not JSON", `{"risk_score": NaN}`, brokenPath, "States.QueryEvaluationError"},
		{"an error page is not JSON", `<html><body>502</body></html>`, brokenPath, "States.QueryEvaluationError"},
		{"an empty body is not JSON", ``, brokenPath, "States.QueryEvaluationError"},
		{"half an answer is not JSON", `{"risk_score": 0.`, brokenPath, "States.QueryEvaluationError"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			s := healthyServices("0").with("InvokeModel", model(row.body))
			got := execute(t, smallestPipeline(t), oneSubject, s)
			if path := strings.Join(got.Path(), " "); path != row.path || got.Error != row.err {
				t.Errorf("went %s and ended with %q (%s), want %s and %q", path, got.Error, got.Cause, row.path, row.err)
			}
			if want := map[bool]asl.Status{true: asl.Succeeded, false: asl.Failed}[row.err == ""]; got.Status != want {
				t.Errorf("ended as %s, want %s", got.Status, want)
			}
		})
	}
}

func TestAMissingBodyFailsTheExecution(t *testing.T) {
	s := healthyServices("0").with("InvokeModel", answering(object{"ContentType": "application/json"}))
	if got := execute(t, smallestPipeline(t), oneSubject, s); got.Status != asl.Failed {
		t.Errorf("ended as %s by %v", got.Status, got.Path())
	}
}

// Requirements: SRC-07
func TestTheModelGetsTheFeaturesUnchanged(t *testing.T) {
	var request any
	s := healthyServices("0.5").with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
		request = inputOf(task)
		return model(`{"risk_score": 0.5}`)(task)
	})
	execute(t, smallestPipeline(t), oneSubject, s)
	body := request.(object)["Body"]
	if got := asl.Encode(body); got != `{"features":{"age":71,"site":"DE-03"}}` {
		t.Errorf("the endpoint got %s", got)
	}
}

// Requirements: SRC-23
func TestTheAlertNamesSubjectTrialAndExecutionOnly(t *testing.T) {
	for reason, row := range map[string]struct {
		input          any
		subject, trial string
	}{
		"both ids are given":              {oneSubject, "S-001", "T-1"},
		"an alert without ids beats none": {object{"transformed_features": object{}}, "unknown", "unknown"},
	} {
		t.Run(reason, func(t *testing.T) {
			var alert, attributes object
			var mail string
			s := healthyServices("0.9").with("NotifyTeam", func(task *asl.Task) (asl.Reply, error) {
				alert, attributes = message(t, task), inputOf(task)["MessageAttributes"].(object)
				mail = inputOf(task)["Message"].(object)["email"].(string)
				return asl.Reply{Output: object{"MessageId": "m-1"}}, nil
			})
			got := execute(t, smallestPipeline(t), row.input, s)
			if got.Status != asl.Succeeded {
				t.Fatalf("ended as %s: %s %s", got.Status, got.Error, got.Cause)
			}
			want := object{
				"schemaVersion": 1.0, "message": "High dropout risk detected", "environment": "default", "threshold": 0.75,
				"subject": row.subject, "trialId": row.trial, "execution": got.ARN, "test": false,
			}
			if diff := cmp.Diff(want, alert); diff != "" {
				t.Error(diff)
			}
			if trial := attributes["trial"].(object)["StringValue"]; trial != row.trial {
				t.Errorf("the trial attribute is %v", trial)
			}
			wantMail := "High dropout risk detected\nEnvironment: default\nTrial: " + row.trial + "\nThreshold: 0.75\nExecution: " + got.ARN +
				"\nSubject: " + row.subject
			if mail != wantMail {
				t.Errorf("the mail says\n%s\nwant\n%s", mail, wantMail)
			}
		})
	}
}

// Requirements: SRC-21
func TestRetries(t *testing.T) {
	throttled := failing("SageMakerRuntime.SageMakerRuntimeException", "Rate exceeded")
	for _, row := range []struct {
		reason, state string
		fault         func(*asl.Task) (asl.Reply, error)
		times         int
		status        asl.Status
		err           string
		attempts      int
	}{
		{"a throttled endpoint is called again", "InvokeModel", throttled, 2, asl.Succeeded, "", 3},
		{"a throttled endpoint is called again up to six times", "InvokeModel", throttled, 6, asl.Succeeded, "", 7},
		{"a throttled endpoint fails the execution after that", "InvokeModel", throttled, 99, asl.Failed,
			"SageMakerRuntime.SageMakerRuntimeException", 7},
		{"an error of the container may pass", "InvokeModel", failing("SageMakerRuntime.ModelErrorException", "500"), 2, asl.Succeeded, "", 3},
		{"an error of the container may stay", "InvokeModel", failing("SageMakerRuntime.ModelErrorException", "500"), 99, asl.Failed,
			"SageMakerRuntime.ModelErrorException", 3},
		{"an unknown error is retried, too", "InvokeModel", failing("Surprise", "?"), 2, asl.Succeeded, "", 3},
		{"an invalid request stays invalid", "InvokeModel", failing("SageMakerRuntime.ValidationErrorException", "no"), 1, asl.Failed,
			"SageMakerRuntime.ValidationErrorException", 1},
		{"an endpoint that hangs is called again after the timeout", "InvokeModel", hanging, 1, asl.Succeeded, "", 2},
		{"an endpoint that always hangs fails the execution", "InvokeModel", hanging, 99, asl.Failed, "States.Timeout", 3},
		{"a throttled submission is repeated", "StartEMRJob", failing("EMR.AmazonElasticMapReduceException", "Rate exceeded"), 5,
			asl.Succeeded, "", 6},
		{"a failed step is not repeated, it may have written output", "StartEMRJob", failing("States.TaskFailed", "step failed"), 1, asl.Failed,
			"States.TaskFailed", 1},
		{"a step that hangs is not repeated, it ran for hours", "StartEMRJob", hanging, 1, asl.Failed, "States.Timeout", 1},
		{"a missing cluster stays missing", "StartEMRJob", failing("EMR.InvalidRequestException", "no cluster"), 1, asl.Failed,
			"EMR.InvalidRequestException", 1},
		{"an alert is retried for a long time", "NotifyTeam", failing("SNS.AmazonSNSException", "Service unavailable"), 8, asl.Succeeded, "", 9},
		{"an alert that always fails, fails the execution", "NotifyTeam", failing("SNS.AmazonSNSException", "Service unavailable"), 99, asl.Failed,
			"SNS.AmazonSNSException", 9},
		{"an alert that hangs is published again", "NotifyTeam", hanging, 1, asl.Succeeded, "", 2},
		{"a missing topic stays missing", "NotifyTeam", failing("SNS.NotFoundException", "no topic"), 1, asl.Failed,
			"SNS.NotFoundException", 1},
	} {
		t.Run(row.reason, func(t *testing.T) {
			s := healthyServices("0.9")
			attempts := 0
			answer := sometimes(row.times, row.fault, s[row.state])
			s = s.with(row.state, func(task *asl.Task) (asl.Reply, error) {
				attempts++
				return answer(task)
			})
			got := execute(t, smallestPipeline(t), oneSubject, s)
			if got.Status != row.status || got.Error != row.err || attempts != row.attempts {
				t.Errorf("%d attempts, %s %q, want %d, %s %q", attempts, got.Status, got.Error, row.attempts, row.status, row.err)
			}
		})
	}
}

// An error that outlives its retries ends the execution in the state that failed. A redrive resumes there.
//
// Requirements: SRC-05
func TestAnErrorEndsTheExecutionInItsOwnState(t *testing.T) {
	for _, state := range []string{"StartEMRJob", "InvokeModel", "NotifyTeam"} {
		got := execute(t, smallestPipeline(t), oneSubject, healthyServices("0.9").with(state, failing("Outage", "The data centre is dark.")))
		if path := got.Path(); path[len(path)-1] != state || got.Error != "Outage" || got.Cause != "The data centre is dark." {
			t.Errorf("%s failed: went %v and ended with %q, %q", state, path, got.Error, got.Cause)
		}
	}
}

// Requirements: SRC-21
func TestDelaysBetweenAttemptsAreJitteredAndCapped(t *testing.T) {
	var calls []time.Time
	s := healthyServices("0.9").with("NotifyTeam", func(task *asl.Task) (asl.Reply, error) {
		calls = append(calls, task.Now)
		return failing("SNS.AmazonSNSException", "down")(task)
	})
	execute(t, smallestPipeline(t), oneSubject, s)
	longest := 2 * time.Second
	var delays []time.Duration
	for i := range len(calls) - 1 {
		delay := calls[i+1].Sub(calls[i])
		if delays = append(delays, delay); delay < 0 || delay > longest {
			t.Errorf("delay %d is %v, want from 0 to %v", i+1, delay, longest)
		}
		longest = min(2*longest, 2*time.Minute)
	}
	if slices.Equal(delays, []time.Duration{2e9, 4e9, 8e9, 16e9, 32e9, 64e9, 120e9, 120e9}) {
		t.Error("the delays have no jitter")
	}
}

// Requirements: SRC-01, SRC-06
func TestEveryExtractionLeadsToTheModelWithItsInput(t *testing.T) {
	for state, p := range map[string]*pipeline{
		"StartEMRJob": smallestPipeline(t), "StartEMRServerlessJob": serverlessPipeline(t), "StartGlueJob": gluePipeline(t),
	} {
		s := healthyServices("0.9").with(state, answering(object{"JobRunState": "SUCCEEDED"}))
		got := execute(t, p, oneSubject, s)
		want := []string{"CheckInput", state, "InvokeModel", "CheckRisk", "NotifyTeam", "End"}
		if !slices.Equal(got.Path(), want) {
			t.Errorf("went %v, want %v: %s %s", got.Path(), want, got.Error, got.Cause)
		}
	}
}
