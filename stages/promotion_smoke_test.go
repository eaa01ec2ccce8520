package stages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeAWS answers as the AWS command line does. The execution is running at the first call and has ended at the second.
const fakeAWS = `#!/bin/sh
echo "$*" >> "$ANSWERS/calls"
case "$*" in
*start-execution*) echo arn:aws:states:eu-central-1:222222222222:execution:Risk:smoke-1 ;;
*"[error, cause]"*) echo "InvalidScore the endpoint's answer has no usable score" ;;
*describe-execution*) if [ -e "$ANSWERS/seen" ]; then cat "$ANSWERS/outcome"; else touch "$ANSWERS/seen"; echo RUNNING; fi ;;
esac
`

func smoke(t *testing.T, outcome string, arguments ...string) (output, calls string, code int) {
	t.Helper()
	t.Setenv("SMOKE_POLL_SECONDS", "0")
	a := newFake(t, fakeAWS, map[string]string{"outcome": outcome, "calls": ""})
	output, code = a.run(t, "scripts/smoke.sh", arguments...)
	return output, a.has(t, "calls"), code
}

const aliasARN = "arn:aws:states:eu-central-1:222222222222:stateMachine:Risk:live"

func TestSmokeWaitsForTheEnd(t *testing.T) {
	output, calls, code := smoke(t, "SUCCEEDED", aliasARN)
	if code != 0 || !strings.Contains(output, "smoke-1: SUCCEEDED") {
		t.Errorf("exit code %d: %s", code, output)
	}
	if got := strings.Count(calls, "describe-execution"); got != 2 {
		t.Errorf("described the execution %d times, want 2: %s", got, calls)
	}
	if !strings.Contains(calls, "--state-machine-arn "+aliasARN) || !strings.Contains(calls, "--name "+smokeExecution) || !strings.Contains(calls, "file://examples/smoke-input.json") {
		t.Errorf("the role of the environment does not allow this call: %s", calls)
	}
}

func TestSmokeDoesNotWaitForEver(t *testing.T) {
	t.Setenv("SMOKE_TIMEOUT_SECONDS", "0")
	output, _, code := smoke(t, "SUCCEEDED", aliasARN)
	if code != 1 || !strings.Contains(output, "smoke-1: still running after 0 seconds") {
		t.Errorf("exit code %d: %s", code, output)
	}
}

func TestSmokeFailsWithErrorAndCause(t *testing.T) {
	for _, outcome := range []string{"FAILED", "TIMED_OUT", "ABORTED"} {
		output, _, code := smoke(t, outcome, aliasARN)
		if code != 1 || !strings.Contains(output, outcome) || !strings.Contains(output, "InvalidScore") {
			t.Errorf("exit code %d: %s", code, output)
		}
	}
}

func TestSmokeRefusesAnInputThatIsNotMarkedAsATest(t *testing.T) {
	for reason, arguments := range map[string][]string{
		"the alias is missing":    {},
		"the ARN is not an alias": {"arn:aws:states:eu-central-1:222222222222:stateMachine:Risk"},
		"the input has no mark":   {aliasARN, "examples/execution-input.json"},
		"the file does not exist": {aliasARN, "examples/none.json"},
		"the mark is a string":    {aliasARN, inputFile(t, `{"test": "true"}`)},
		"the mark is false":       {aliasARN, inputFile(t, `{"test": false}`)},
	} {
		t.Run(reason, func(t *testing.T) {
			if output, calls, code := smoke(t, "SUCCEEDED", arguments...); code != 2 || calls != "" {
				t.Errorf("exit code %d, calls %q: %s", code, calls, output)
			}
		})
	}
}

func inputFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "input.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
