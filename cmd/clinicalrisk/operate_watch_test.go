package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/program"
)

// expire answers that the credentials have expired.
func expire(_ string, w http.ResponseWriter) bool {
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"__type": "ExpiredTokenException", "message": "secret"}`))
	return true
}

func TestExpiredCredentials(t *testing.T) {
	d := deploy(t, answerTasks)
	d.fault = expire
	for _, arguments := range [][]string{{"start", write(t, "in.jsonl", input("S-1"))}, {"watch", executionPrefix + "x"}, {"list"}, {"redrive", "--yes", executionPrefix + "x"}} {
		code, stdout, stderr := d.operate(arguments...)
		d.want(code, program.ExitUsage, stdout, stderr, "was refused with ExpiredTokenException: the AWS credentials have expired: sign in again, and repeat the command\n")
		if stdout != "" {
			t.Errorf("%v printed %s", arguments, stdout)
		}
	}
}

func TestUnknownExecutions(t *testing.T) {
	d := deploy(t, answerTasks)
	for _, arguments := range [][]string{{"watch", executionPrefix + "x"}, {"redrive", "--plan", executionPrefix + "x"}} {
		code, stdout, stderr := d.operate(arguments...)
		d.want(code, program.ExitUsage, stdout, stderr, "no such execution in this account and region")
		if strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v printed %s", arguments, stderr)
		}
	}
	for _, arguments := range [][]string{{"watch", "x"}, {"redrive", "--yes", d.alias}} {
		code, stdout, stderr := d.operate(arguments...)
		d.want(code, program.ExitUsage, stdout, stderr, "EXECUTION must be the ARN of an execution")
	}
	code, stdout, stderr := d.operate("watch", "--alias", d.alias)
	d.want(code, program.ExitUsage, stdout, stderr, "no execution of risk runs: name one")
	code, stdout, stderr = d.operate("watch", "--alias", d.alias, "--started", "night")
	d.want(code, program.ExitUsage, stdout, stderr, "no execution is named night or night-…")
	code, stdout, stderr = d.operate("list")
	d.want(code, program.ExitOK, stdout, stderr, "No executions.")
}

// onTerminal makes every stream look like a terminal.
func onTerminal(t *testing.T) {
	was := isTerminal
	isTerminal = func(any) bool { return true }
	t.Cleanup(func() { isTerminal = was })
}

// Ctrl-C leaves the execution alone, and the message says how to go on. Without an argument, watch finds the one that runs.
func TestCtrlCWhileWatching(t *testing.T) {
	release := make(chan struct{})
	d := deploy(t, func(task *asl.Task) (asl.Reply, error) {
		if task.State == "InvokeModel" {
			<-release
		}
		return answerTasks(task)
	})
	code, stdout, stderr := d.operate("start", "--name", "one", write(t, "in.jsonl", input("S-1")))
	d.want(code, program.ExitOK, stdout, stderr)
	ctx, interrupt := context.WithCancel(t.Context())
	looks := 0
	d.clock.asleep = func() error {
		if looks++; looks > 20 {
			interrupt()
		}
		return nil
	}
	onTerminal(t)
	var out, diagnostics bytes.Buffer
	code = newProgram().Run(ctx, []string{"watch", "--alias", d.alias, "--endpoint-url", d.url}, program.Streams{In: strings.NewReader(""), Out: &out, Err: &diagnostics})
	d.want(code, program.ExitInterrupted, out.String(), diagnostics.String(), "the execution goes on: clinicalrisk watch "+executionPrefix+"one follows it again", "in InvokeModel")
	if out.Len() > 0 {
		t.Errorf("printed %s", &out)
	}
	d.clock.asleep = nil
	close(release)
	code, stdout, stderr = d.operate("watch", executionPrefix+"one")
	d.want(code, program.ExitOK, stdout, stderr, "SUCCEEDED")
}

// In a pipe, nothing but the outcome is printed.
func TestSilenceInAPipe(t *testing.T) {
	d := deploy(t, answerTasks)
	code, stdout, stderr := d.operate("start", "--name", "one", "--wait", "--json", write(t, "in.jsonl", input("S-1")))
	var o operate.Outcome
	if err := json.Unmarshal([]byte(stdout), &o); err != nil || code != program.ExitOK || stderr != "" {
		t.Errorf("%v, exit code %d, %s%s", err, code, stdout, stderr)
	}
}

func TestRedriveFromACommandLine(t *testing.T) {
	down := true
	d := deploy(t, func(task *asl.Task) (asl.Reply, error) {
		if down && task.State == "NotifyTeam" {
			return asl.Reply{}, &asl.Error{Name: "SNS.Down", Cause: "secret"}
		}
		return answerTasks(task)
	})
	code, stdout, stderr := d.operate("start", "--name", "one", "--wait", write(t, "in.jsonl", input("S-1")))
	d.want(code, program.ExitFailed, stdout, stderr, "SNS.Down", "the cause is withheld")
	arn := executionPrefix + "one"
	code, stdout, stderr = d.operate("redrive", arn)
	d.want(code, program.ExitUsage, stdout, stderr, "--yes or --plan is required without a terminal")
	code, stdout, stderr = d.operate("redrive", "--plan", arn)
	d.want(code, program.ExitOK, stdout, stderr, "it goes on in the state NotifyTeam", "not repeated: the states before it, StartEMRJob, InvokeModel, CheckRisk")
	onTerminal(t)
	redrive := func(answer string) (int, string, string) {
		var out, diagnostics bytes.Buffer
		code := newProgram().Run(t.Context(), []string{"redrive", arn, "--endpoint-url", d.url}, program.Streams{In: strings.NewReader(answer), Out: &out, Err: &diagnostics})
		return code, out.String(), diagnostics.String()
	}
	code, stdout, stderr = redrive("no\n")
	d.want(code, program.ExitFailed, stdout, stderr, "Redrive it? [yes/no]", "nothing was redriven")
	down = false
	code, stdout, stderr = redrive("yes\n")
	d.want(code, program.ExitOK, stdout, stderr, "SUCCEEDED", "Redriven")
	code, stdout, stderr = d.operate("redrive", "--yes", arn)
	d.want(code, program.ExitFailed, stdout, stderr, "one cannot be redriven: it succeeded")
}

// Throttling is no failure.
func TestAThrottledStart(t *testing.T) {
	d := deploy(t, answerTasks)
	times := 0
	d.fault = func(operation string, w http.ResponseWriter) bool {
		if times++; operation != "StartExecution" || times%2 == 0 {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type": "ThrottlingException"}`))
		return true
	}
	code, stdout, stderr := d.operate("start", "--name", "night", write(t, "in.jsonl", input("S-1")+input("S-2")+input("S-3")))
	d.want(code, program.ExitOK, stdout, stderr, "Started 3 executions")
}

// A start that AWS ends in the middle says how far it came.
func TestAStartThatStops(t *testing.T) {
	d := deploy(t, answerTasks)
	starts := 0
	d.fault = func(operation string, w http.ResponseWriter) bool {
		if operation == "StartExecution" {
			starts++
		}
		return starts > 1 && expire(operation, w)
	}
	file := write(t, "in.jsonl", input("S-1")+input("S-2")+input("S-3"))
	code, stdout, stderr := d.operate("start", "--name", "night", file)
	d.want(code, program.ExitUsage, stdout, stderr, "the AWS credentials have expired", "1 of 3 executions started; the same command with --name night starts the others")
	d.fault = nil
	code, stdout, stderr = d.operate("start", "--name", "night", file)
	d.want(code, program.ExitOK, stdout, stderr, "Started ")
	if n := d.starts(); n != 3 {
		t.Errorf("%d executions", n)
	}
}
