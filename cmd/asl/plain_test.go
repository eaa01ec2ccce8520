package main

import (
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// hidden are characters that move a cursor, change the direction of text, or show nothing.
const hidden = "\x1b[1A\x1b[2K\u009b\x7f\u202e\u2028\u200b"

func wantPlain(t *testing.T, what, text string) {
	t.Helper()
	if strings.ContainsAny(text, "\x1b\u009b\x7f\u202e\u2028\u200b\r") {
		t.Errorf("%s has characters that a terminal obeys: %q", what, text)
	}
}

// Names, causes and data of a definition cannot forge what a terminal shows.
func TestForeignTextOnATerminal(t *testing.T) {
	quoted, err := json.Marshal("A" + hidden + "\nSUCCEEDED after 0s")
	if err != nil {
		t.Fatal(err)
	}
	state := string(quoted)
	failing := `{"StartAt": ` + state + `, "States": {` + state + `: {"Type": "Fail", "Error": ` + state + `, "Cause": ` + state + `}}}`
	status, out, errs := run(t, failing, "run", "-")
	wantPlain(t, "the output", out+errs)
	if status != program.ExitFailed || strings.Contains(out, "\nSUCCEEDED") || !strings.Contains(out, `\x1b[1A`) {
		t.Errorf("exit %d, %q %s", status, out, errs)
	}
	echo := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"x": ` + state + `}, "End": true}}}`
	for _, arguments := range [][]string{{"run", "-"}, {"run", "-", "--json"}} {
		status, out, errs = run(t, echo, arguments...)
		wantPlain(t, strings.Join(arguments, " "), out+errs)
		var read any
		if text := out[strings.LastIndex(out, "\n{")+1:]; status != program.ExitOK || json.Unmarshal([]byte(text), &read) != nil {
			t.Errorf("%v: exit %d, %q %s", arguments, status, out, errs)
		}
	}
	_, out, errs = run(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": `+state+`}}}`, "validate", "-")
	wantPlain(t, "validate", out+errs)
	if strings.Contains(errs, "\nSUCCEEDED") || strings.Contains(errs, "\nasl: SUCCEEDED") {
		t.Errorf("a name begins a line: %q", errs)
	}
}

// JSON that readers understand in different ways is refused.
func TestDuplicateNames(t *testing.T) {
	file := write(t, machine)
	for reason, c := range map[string]struct {
		stdin, want string
		arguments   []string
	}{
		"an input":     {`{"risk_score": 0.9, "risk\u005fscore": 0.1}`, `-: the name "risk_score" appears twice`, []string{"run", file, "--input", "-"}},
		"stubs":        {`{"StateMachines": {}, "MockedResponses": {"R": {"0": {"Return": {"a": 1, "a": 2}}}}}`, `-: the stubs are not valid: the name "a" appears twice in the object "MockedResponses.R.0.Return"`, []string{"run", file, "--stubs", "-"}},
		"a definition": {`{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "\u0041": {"Type": "Succeed"}}}`, `is defined twice`, []string{"validate", "-"}},
		"a drawing":    {`{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "\u0041": {"Type": "Fail"}}}`, `-: the name "A" appears twice in the object "States"`, []string{"draw", "-"}},
	} {
		if status, out, errs := run(t, c.stdin, c.arguments...); status != program.ExitUsage || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, %.80q, %q; want %q", reason, status, out, errs, c.want)
		}
	}
}
