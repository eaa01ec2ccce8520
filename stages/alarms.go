package stages

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/monitoring"
)

// Alarms tune the alarms that reach operations. See [monitoring.MonitoringProps].
type Alarms struct {
	// Throttles is how many throttled state transitions within five minutes are too many, at least 1. Default: 1.
	Throttles int

	// ModelErrors is how many errors of the model of one kind (4xx or 5xx) within five minutes are too many, at least 1.
	// Default: 1.
	ModelErrors int

	// ModelLatency is the average time to an answer that is too long: whole milliseconds, less than a minute. Default: 10
	// seconds.
	ModelLatency time.Duration

	// RunEvery is how often an execution that scores one subject has to start, in whole hours, from one hour to 7 days.
	// Default: executions start on demand.
	RunEvery time.Duration
}

// monitoring returns the props that watch the pipeline for one subject.
func (e Environment) monitoring() *monitoring.MonitoringProps {
	return &monitoring.MonitoringProps{
		EndpointName: e.EndpointName,
		VariantName:  e.EndpointVariant,
		Throttles:    e.Alarms.Throttles,
		ModelErrors:  e.Alarms.ModelErrors,
		ModelLatency: e.Alarms.ModelLatency,
		RunEvery:     e.Alarms.RunEvery,
	}
}

// Placeholders for the resources of the stack: validation runs before a stack exists.
type (
	someMachine struct{ awsstepfunctions.IStateMachine }
	someTopic   struct{ awssns.ITopic }
)

func (someTopic) Fifo() *bool { return nil }

func (a Alarms) validate() fault.List {
	props := Environment{EndpointName: "some", Alarms: a}.monitoring()
	props.StateMachine, props.Alerts, props.Operations = someMachine{}, someTopic{}, someTopic{}
	return fault.In(props.Validate())
}
