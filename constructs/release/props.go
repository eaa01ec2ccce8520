package release

import (
	"fmt"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/fault"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// ReleaseProps configures a [Release].
type ReleaseProps struct {
	// StateMachine is the state machine that is released. It must be in the same stack and not imported: a version is made
	// from its revision. Required.
	StateMachine awsstepfunctions.StateMachine

	// Shift says how executions move to a new version. Default: all at once.
	Shift Shift

	// Alarms are the names of the alarms that roll the shift back when they go off; at most 100, in the stack's account and
	// region. An alarm that is in alarm when a deployment begins stops the deployment. CloudWatch treats a name that does not
	// exist, and an ARN, as an alarm that is OK. Required with a canary. Default: none.
	Alarms []string
}

// Shift says how executions move to a new version. The zero value shifts all at once; with both fields set the shift is a
// canary.
type Shift struct {
	// Percentage is the share of the executions that the new version gets first, from 1 to 99.
	Percentage int

	// Interval is how long the new version has that share before it gets all executions: whole minutes, from one minute to 35
	// hours. The deployment takes as long. A canary shows only failures of executions that start within it.
	Interval time.Duration
}

// The bounds that CloudFormation sets:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-stepfunctions-statemachinealias-deploymentpreference.html
const (
	maximumPercentage = 99
	maximumInterval   = 2100 * time.Minute
	maximumAlarms     = 100
)

// IsCanary tells whether a new version gets a share of the executions before it gets all of them.
func (s Shift) IsCanary() bool { return s != Shift{} }

// Validate reports every fault of the shift at once, as a [fault.List].
func (s Shift) Validate() error {
	if !s.IsCanary() {
		return nil
	}
	var faults fault.List
	if s.Percentage < 1 || s.Percentage > maximumPercentage {
		faults.Add("Percentage", fmt.Sprintf("must be from 1 to %d", maximumPercentage), s.Percentage)
	}
	if s.Interval < time.Minute || s.Interval > maximumInterval || s.Interval%time.Minute != 0 {
		faults.Add("Interval", fmt.Sprintf("must be whole minutes from %v to %v", time.Minute, maximumInterval), s.Interval)
	}
	return faults.Err()
}

// Validate reports every fault of the props at once, as a [fault.List].
func (p *ReleaseProps) Validate() error {
	if p == nil {
		return fault.NilProps()
	}
	var faults fault.List
	if p.StateMachine == nil {
		faults.Add("StateMachine", "is required", fault.Text("none"))
	}
	faults.Include(fault.In(p.Shift.Validate()).Under("Shift"))
	if p.Shift.IsCanary() && len(p.Alarms) == 0 {
		faults.Add("Alarms", "are required with a canary: only they roll it back", fault.Text("none"))
	}
	if len(p.Alarms) > maximumAlarms {
		faults.Add("Alarms", fmt.Sprintf("must have at most %d names", maximumAlarms), len(p.Alarms))
	}
	for i, alarm := range p.Alarms {
		if alarm == "" || strings.HasPrefix(alarm, "arn:") {
			faults.Add(fmt.Sprintf("Alarms[%d]", i), "must be the name of an alarm, not its ARN", alarm)
		}
	}
	return faults.Err()
}
