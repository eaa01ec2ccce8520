package stages

import (
	"strings"
	"testing"
)

// fakeAliases answers as the AWS command line does for aliases. $ANSWERS/NAME has the versions of the alias of the machine NAME and their
// weights, as describe-state-machine-alias prints them; $ANSWERS/stuck makes updates fail, and $ANSWERS/fault is what every call says.
const fakeAliases = `#!/bin/sh
if [ -e "$ANSWERS/fault" ]; then cat "$ANSWERS/fault" >&2; exit 254; fi
case $* in *--state-machine-alias-arn*) rest=${*#*--state-machine-alias-arn }; arn=${rest%% *}; machine=${arn%:live}; file=$ANSWERS/${machine##*:} ;; esac
[ -e "$file" ] || { echo "An error occurred (ResourceNotFound) when calling the DescribeStateMachineAlias operation: no alias" >&2; exit 254; }
case "$*" in
*update-state-machine-alias*)
	[ ! -e "$ANSWERS/stuck" ] || { echo "An error occurred (AccessDeniedException)" >&2; exit 254; }
	routing=${*#*stateMachineVersionArn=}
	printf '%s\t%s\n' "${routing%,*}" "${routing#*weight=}" > "$file" ;;
*sort_by*) sort -n -k 2 "$file" | tail -n 1 | cut -f 1 ;;
*) cat "$file" ;;
esac
`

const machineARN = "arn:aws:states:eu-central-1:222222222222:stateMachine:"

func newAliases(t *testing.T, files map[string]string) fake { return newFake(t, fakeAliases, files) }

func routing(versions ...string) string {
	var b strings.Builder
	for i := 0; i < len(versions); i += 2 {
		b.WriteString(machineARN + versions[i] + "\t" + versions[i+1] + "\n")
	}
	return b.String()
}

func TestLiveVersions(t *testing.T) {
	both := []string{machineARN + "One:live", machineARN + "Two:live"}
	for reason, row := range map[string]struct {
		files map[string]string
		want  string
		code  int
	}{
		"two aliases":                {map[string]string{"One": routing("One:7", "100"), "Two": routing("Two:3", "100")}, machineARN + "One:7," + machineARN + "Two:3", 0},
		"a shift that has begun":     {map[string]string{"One": routing("One:8", "10", "One:7", "90"), "Two": routing("Two:3", "100")}, machineARN + "One:7," + machineARN + "Two:3", 0},
		"a stack that is new":        {map[string]string{"One": routing("One:7", "100")}, machineARN + "Two:live: not deployed yet\n" + machineARN + "One:7", 0},
		"the first deployment":       {map[string]string{}, machineARN + "One:live: not deployed yet\n" + machineARN + "Two:live: not deployed yet\nnone", 0},
		"a role that is not there":   {map[string]string{"fault": "An error occurred (AccessDenied) when calling the AssumeRole operation: no"}, machineARN + "One:live: not deployed yet\n" + machineARN + "Two:live: not deployed yet\nnone", 0},
		"AWS that does not answer":   {map[string]string{"fault": "Could not connect to the endpoint URL"}, "Could not connect to the endpoint URL", 1},
		"a role that may not see it": {map[string]string{"fault": "An error occurred (AccessDeniedException) when calling the DescribeStateMachineAlias operation"}, "An error occurred (AccessDeniedException) when calling the DescribeStateMachineAlias operation", 1},
	} {
		t.Run(reason, func(t *testing.T) {
			if got, code := newAliases(t, row.files).run(t, "scripts/live-versions.sh", both...); got != row.want || code != row.code {
				t.Errorf("exit code %d:\n%s\nwant %d:\n%s", code, got, row.code, row.want)
			}
		})
	}
}

func TestRollBackPointsEveryAliasBack(t *testing.T) {
	a := newAliases(t, map[string]string{"One": routing("One:8", "100"), "Two": routing("Two:3", "100")})
	output, code := a.run(t, "scripts/roll-back.sh", machineARN+"One:7,"+machineARN+"Two:3")
	want := machineARN + "One:live: back to " + machineARN + "One:7, from " + machineARN + "One:8 100\n" +
		machineARN + "Two:live: has " + machineARN + "Two:3, the deployment did not change it"
	if code != 0 || output != want {
		t.Errorf("exit code %d:\n%s\nwant\n%s", code, output, want)
	}
	if got := a.has(t, "One"); got != routing("One:7", "100") {
		t.Errorf("the alias has %s", got)
	}
}

func TestRollBackSaysWhatItCouldNotDo(t *testing.T) {
	stuck := newAliases(t, map[string]string{"One": routing("One:8", "100"), "stuck": ""})
	output, code := stuck.run(t, "scripts/roll-back.sh", machineARN+"One:7,"+machineARN+"Two:3")
	for _, want := range []string{
		machineARN + "One:live: could not go back to " + machineARN + "One:7, has " + machineARN + "One:8 100",
		machineARN + "Two:live: AWS does not say which version it has",
	} {
		if code != 1 || !strings.Contains(output, want) {
			t.Errorf("exit code %d, want %s:\n%s", code, want, output)
		}
	}
	if output, code := stuck.run(t, "scripts/roll-back.sh", "none"); code != 1 || output != "this was the first deployment: the aliases had no version before" {
		t.Errorf("exit code %d: %s", code, output)
	}
	for _, wrong := range []string{"", machineARN + "One", machineARN + "One:live", machineARN + "One:7," + machineARN + "Two:7x"} {
		if output, code := stuck.run(t, "scripts/roll-back.sh", wrong); code != 2 || !strings.Contains(output, "usage:") {
			t.Errorf("%q: exit code %d: %s", wrong, code, output)
		}
	}
	if got := stuck.has(t, "One"); got != routing("One:8", "100") {
		t.Errorf("the alias has %s", got)
	}
}
