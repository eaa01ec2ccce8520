package release

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// machine is a state machine without behaviour.
type machine struct{ awsstepfunctions.StateMachine }

func TestValidate(t *testing.T) {
	canary := Shift{Percentage: 10, Interval: time.Hour}
	alarms := []string{"Failed"}
	for reason, row := range map[string]struct {
		props *ReleaseProps
		want  string
	}{
		"all at once needs no alarm":  {&ReleaseProps{StateMachine: machine{}}, ""},
		"a canary that may roll back": {&ReleaseProps{StateMachine: machine{}, Shift: canary, Alarms: alarms}, ""},
		"the bounds of a canary":      {&ReleaseProps{StateMachine: machine{}, Shift: Shift{99, 35 * time.Hour}, Alarms: alarms}, ""},
		"a canary needs alarms": {
			&ReleaseProps{StateMachine: machine{}, Shift: canary},
			"Alarms are required with a canary: only they roll it back, got none",
		},
		"a canary needs both fields, and alarms need names": {
			&ReleaseProps{Shift: Shift{Percentage: 10}, Alarms: []string{"", "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:Failed"}},
			"StateMachine is required, got none\n" +
				"Shift.Interval must be whole minutes from 1m0s to 35h0m0s, got 0s\n" +
				"Alarms[0] must be the name of an alarm, not its ARN, got \"\"\n" +
				"Alarms[1] must be the name of an alarm, not its ARN, got \"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:Failed\"",
		},
		"a canary gets a share of the executions, for whole minutes": {
			&ReleaseProps{StateMachine: machine{}, Shift: Shift{100, 90 * time.Second}, Alarms: alarms},
			"Shift.Percentage must be from 1 to 99, got 100\nShift.Interval must be whole minutes from 1m0s to 35h0m0s, got 1m30s",
		},
		"CloudFormation accepts 100 alarms": {
			&ReleaseProps{StateMachine: machine{}, Alarms: slices.Repeat(alarms, 101)}, "Alarms must have at most 100 names, got 101",
		},
		"no props": {nil, "props are required, got nil"},
	} {
		t.Run(reason, func(t *testing.T) {
			got := ""
			if err := row.props.Validate(); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}
