package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run executes the command line with a standard input, and gives its exit status and what it printed.
func run(t *testing.T, stdin string, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = execute(args, streams{strings.NewReader(stdin), &stdout, &stderr})
	return status, stdout.String(), stderr.String()
}

// write makes a file, and gives its name.
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
		if status, _, errs := run(t, "", args...); status != exitInput || errs == "" {
			t.Errorf("%q: exit %d, %q; want exit 2 and a message", args, status, errs)
		}
	}
	if status, out, _ := run(t, "", "--help"); status != exitFine || !strings.Contains(out, "validate") {
		t.Errorf("--help: exit %d, %q", status, out)
	}
}

func TestValidate(t *testing.T) {
	valid, faulty := write(t, machine), write(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "X"}, "B": {"Type": "Succeed"}}}`)
	status, out, errs := run(t, "", "validate", faulty, valid, filepath.Join(t.TempDir(), "none.json"))
	if status != exitInput || out != valid+": valid\n" {
		t.Errorf("exit %d, %q", status, out)
	}
	for _, want := range []string{`asl: ` + faulty + `: state "A": Next: there is no state "X"`, `asl: ` + faulty + `: state "B": no state leads to it`, "no such file"} {
		if !strings.Contains(errs, want) {
			t.Errorf("standard error lacks %q:\n%s", want, errs)
		}
	}
	undefined := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$v", "End": true}}}`
	if status, _, _ := run(t, undefined, "validate", "-"); status != exitInput {
		t.Errorf("an undefined variable: exit %d, want 2", status)
	}
	if status, _, errs := run(t, undefined, "validate", "--lenient", "-"); status != exitFine {
		t.Errorf("an undefined variable with --lenient: exit %d, want 0: %s", status, errs)
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
	if status != exitFine || got.Status != "SUCCEEDED" || got.Output["n"] != 1 || strings.Join(got.Path, " ") != "A B" || got.StopDate != "2026-02-03T04:05:07Z" || got.Bill.Transitions != 3 || len(got.History) != 12 {
		t.Errorf("exit %d, %+v", status, got)
	}
	status, out, _ = run(t, "", "run", file, "--stubs", stubFile, "--test-case", "Down")
	if status != exitFailed || !strings.Contains(out, "TaskFailed") || !strings.HasSuffix(out, "FAILED after 1s\nerror: E\ncause: C\n") {
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
		{"no stubs", []string{"run", file}, `state "A": calls arn:aws:states:::sns:publish, but there are no --stubs`},
		{"several test cases", []string{"run", file, "--stubs", stubFile}, "the stubs have more than one test case, choose one of Down, Fine"},
		{"stubs that are none", []string{"run", file, "--stubs", file}, `unknown field "StartAt"`},
		{"no input", []string{"run", file, "--input", "/does/not/exist"}, "no such file"},
		{"input that is no JSON", []string{"run", file, "--input", "-"}, "-: invalid character"},
	} {
		status, out, errs := run(t, "nonsense", row.args...)
		if status != exitInput || out != "" || !strings.Contains(errs, row.want) {
			t.Errorf("%s: exit %d, %q, %q; want exit 2 and %q", row.why, status, out, errs, row.want)
		}
	}
}

func TestDraw(t *testing.T) {
	file, target := write(t, machine), filepath.Join(t.TempDir(), "machine.svg")
	if status, out, errs := run(t, "", "draw", file); status != exitFine || !strings.Contains(out, "<svg") {
		t.Errorf("exit %d, %.80q %q", status, out, errs)
	}
	if status, out, _ := run(t, "", "draw", file, "--output", target); status != exitFine || out != "" {
		t.Errorf("exit %d, %.80q", status, out)
	}
	if svg, err := os.ReadFile(target); err != nil || !bytes.Contains(svg, []byte("<svg")) {
		t.Errorf("%v %.80s", err, svg)
	}
	if status, _, errs := run(t, "[]", "draw", "-"); status != exitInput || !strings.Contains(errs, "-: the definition ") {
		t.Errorf("exit %d, %q", status, errs)
	}
}

func TestObjectsInAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "in", "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "in", "d", "items.jsonl"), []byte("1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	definition := func(key string) string {
		return `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"},
			"Parameters": {"Bucket": "in", "Key": "` + key + `"}}, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "p"}},
			"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}}}`
	}
	if status, out, errs := run(t, definition("d/items.jsonl"), "run", "-", "--objects", dir); status != exitFine {
		t.Fatalf("exit %d, %s %s", status, out, errs)
	}
	written, err := filepath.Glob(filepath.Join(dir, "out", "p", "*", "*"))
	if err != nil || len(written) != 2 || filepath.Base(written[0]) != "SUCCEEDED_0.json" || filepath.Base(written[1]) != "manifest.json" {
		t.Errorf("%v %v: want the results and the manifest, and nothing half-written", written, err)
	}
	if status, out, _ := run(t, definition("../../secret"), "run", "-", "--objects", dir); status != exitFailed || !strings.Contains(out, "is no place for a file") {
		t.Errorf("a key that leads out of the folder: exit %d, %s", status, out)
	}
}
