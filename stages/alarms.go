package stages

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/monitoring"
)

// Alarms tune what operations are told of. See [monitoring.MonitoringProps].
type Alarms struct {
	// VariantName is the endpoint's variant. Default: "AllTraffic".
	VariantName string

	// Throttles is how many throttled state transitions within five minutes are too many, at least 1. Default: 1.
	Throttles int

	// ModelErrors is how many errors of the model of one kind within five minutes are too many, at least 1. Default: 1.
	ModelErrors int

	// ModelLatency is the average time to an answer that is too long: whole milliseconds, less than a minute. Default: 10
	// seconds.
	ModelLatency time.Duration

	// RunEvery is how often an execution that scores one subject has to start, in whole hours, from one hour to 7 days.
	// Default: executions are started on demand.
	RunEvery time.Duration
}

// monitoring is what watches the pipeline that scores one subject.
func (e Environment) monitoring() *monitoring.MonitoringProps {
	return &monitoring.MonitoringProps{
		EndpointName: e.EndpointName,
		VariantName:  e.Alarms.VariantName,
		Throttles:    e.Alarms.Throttles,
		ModelErrors:  e.Alarms.ModelErrors,
		ModelLatency: e.Alarms.ModelLatency,
		RunEvery:     e.Alarms.RunEvery,
	}
}

// Resources that stand for those of the stack while values are validated, before there is one.
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
