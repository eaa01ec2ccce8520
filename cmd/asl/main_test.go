package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// run executes the command line and returns its exit code and output.
func run(t *testing.T, stdin string, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = newProgram().Run(t.Context(), args, program.Streams{In: strings.NewReader(stdin), Out: &stdout, Err: &stderr})
	return status, stdout.String(), stderr.String()
}

// write writes a temporary file and returns its name.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const machine = `{"StartAt": "A", "States": {
	"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}], "Next": "B"}, "B": {"Type": "Succeed"}}}`

const stubs = `{"StateMachines": {"M": {"TestCases": {"Fine": {"A": "SecondTime"}, "Down": {"A": "Never"}}}}, "MockedResponses": {
	"SecondTime": {"0": {"Throw": {"Error": "E", "Cause": "C"}}, "1": {"Return": {"n": 1}}}, "Never": {"0-1": {"Throw": {"Error": "E", "Cause": "C"}}}}}`

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"dance"}, {"run"}, {"run", "-", "--type", "FAST"}, {"run", "-", "--objects", "/does/not/exist"}} {
		if status, _, errs := run(t, "", args...); status != program.ExitUsage || errs == "" {
			t.Errorf("%q: exit %d, %q; want exit 2 and a message", args, status, errs)
		}
	}
	if status, out, _ := run(t, "", "--version"); status != program.ExitOK || !strings.HasPrefix(out, "asl ") {
		t.Errorf("--version: exit %d, %q", status, out)
	}
	if status, out, _ := run(t, "", "--help"); status != program.ExitOK || !strings.Contains(out, "validate") {
		t.Errorf("--help: exit %d, %q", status, out)
	}
}

func TestValidate(t *testing.T) {
	valid, faulty := write(t, machine), write(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "X"}, "B": {"Type": "Succeed"}}}`)
	status, out, errs := run(t, "", "validate", faulty, valid, filepath.Join(t.TempDir(), "none.json"))
	if status != program.ExitUsage || out != valid+": valid\n" {
		t.Errorf("exit %d, %q", status, out)
	}
	for _, want := range []string{`asl: ` + faulty + `: state "A": Next: there is no state "X"`, `asl: ` + faulty + `: state "B": no state leads to it`, "no such file"} {
		if !strings.Contains(errs, want) {
			t.Errorf("standard error lacks %q:\n%s", want, errs)
		}
	}
	undefined := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$v", "End": true}}}`
	if status, _, _ := run(t, undefined, "validate", "-"); status != program.ExitUsage {
		t.Errorf("an undefined variable: exit %d, want 2", status)
	}
	if status, _, errs := run(t, undefined, "validate", "--lenient", "-"); status != program.ExitOK {
		t.Errorf("an undefined variable with --lenient: exit %d, want 0: %s", status, errs)
	}
}

func TestValidateForAType(t *testing.T) {
	callback := `{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}}}`
	if status, _, errs := run(t, callback, "validate", "-"); status != program.ExitOK {
		t.Errorf("a task token in a Standard workflow: exit %d: %s", status, errs)
	}
	for _, args := range [][]string{{"validate", "--type", "EXPRESS", "-"}, {"validate", "--type", "EXPRESS", "--lenient", "-"}, {"run", "--type", "EXPRESS", "-"}} {
		status, _, errs := run(t, callback, args...)
		if status != program.ExitUsage || !strings.Contains(errs, `state "A": Resource: an activity, .sync or .waitForTaskToken is not supported in an Express workflow`) {
			t.Errorf("%q: exit %d: %s", args, status, errs)
		}
	}
	status, _, errs := run(t, `{"StartAt": ${First}, "States": ${States}}`, "validate", "-")
	if status != program.ExitUsage || strings.Count(errs, "is a placeholder of SAM, CloudFormation or the CDK") != 2 {
		t.Errorf("placeholders: exit %d: %s", status, errs)
	}
}

func TestRun(t *testing.T) {
	file, stubFile := write(t, machine), write(t, stubs)
	status, out, errs := run(t, `{"in": 1}`, "run", file, "--input", "-", "--stubs", stubFile, "--test-case", "Fine", "--json", "--start", "2026-02-03T04:05:06Z")
	var got struct {
		Status, StopDate string
		Output           map[string]float64
		Path             []string
		Bill             struct{ Transitions int }
		History          []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("exit %d, %v: %s %s", status, err, out, errs)
	}
	if status != program.ExitOK || got.Status != "SUCCEEDED" || got.Output["n"] != 1 || strings.Join(got.Path, " ") != "A B" || got.StopDate != "2026-02-03T04:05:07Z" || got.Bill.Transitions != 3 || len(got.History) != 12 {
		t.Errorf("exit %d, %+v", status, got)
	}
	status, out, _ = run(t, "", "run", file, "--stubs", stubFile, "--test-case", "Down")
	if status != program.ExitFailed || !strings.Contains(out, "TaskFailed") || !strings.HasSuffix(out, "FAILED after 1s\nerror: E\ncause: C\n") {
		t.Errorf("exit %d, %q", status, out)
	}
}

func TestRunFaults(t *testing.T) {
	file, stubFile := write(t, machine), write(t, stubs)
	for _, row := range []struct {
		why  string
		args []string
		want string
	}{
		{"no stubs", []string{"run", file}, `state "A": calls arn:aws:states:::sns:publish, but --stubs is not set`},
		{"several test cases", []string{"run", file, "--stubs", stubFile}, "the stubs have more than one test case, choose one of Down, Fine"},
		{"invalid stubs", []string{"run", file, "--stubs", file}, `unknown field "StartAt"`},
		{"a missing input file", []string{"run", file, "--input", "/does/not/exist"}, "no such file"},
		{"invalid input", []string{"run", file, "--input", "-"}, "-: invalid character"},
	} {
		status, out, errs := run(t, "nonsense", row.args...)
		if status != program.ExitUsage || out != "" || !strings.Contains(errs, row.want) {
			t.Errorf("%s: exit %d, %q, %q; want exit 2 and %q", row.why, status, out, errs, row.want)
		}
	}
}

func TestDraw(t *testing.T) {
	file, target := write(t, machine), filepath.Join(t.TempDir(), "machine.svg")
	if status, out, errs := run(t, "", "draw", file); status != program.ExitOK || !strings.Contains(out, "<svg") {
		t.Errorf("exit %d, %.80q %q", status, out, errs)
	}
	if status, out, _ := run(t, "", "draw", file, "--output", target); status != program.ExitOK || out != "" {
		t.Errorf("exit %d, %.80q", status, out)
	}
	if svg, err := os.ReadFile(target); err != nil || !bytes.Contains(svg, []byte("<svg")) {
		t.Errorf("%v %.80s", err, svg)
	}
	if status, _, errs := run(t, "[]", "draw", "-"); status != program.ExitUsage || !strings.Contains(errs, "-: the definition ") {
		t.Errorf("exit %d, %q", status, errs)
	}
}
