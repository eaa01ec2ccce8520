package monitoring

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// MonitoringProps configures a [Monitoring].
type MonitoringProps struct {
	// StateMachine is the pipeline's state machine. Required.
	StateMachine awsstepfunctions.IStateMachine

	// EndpointName is the SageMaker endpoint that scores subjects. Required.
	EndpointName string

	// VariantName is the endpoint's variant. Default: "AllTraffic", as SageMaker's tools call a single one.
	VariantName string

	// Alerts is the topic of the team's alerts. Required.
	Alerts awssns.ITopic

	// Operations is the topic that every alarm is published to; a standard topic. The policy of an imported topic, and of its
	// key, must let cloudwatch.amazonaws.com publish. A topic that is encrypted with the AWS managed key (alias/aws/sns) gets
	// no alarm. Required.
	Operations awssns.ITopic

	// DeadLetters is the queue of the alerts that could not be delivered. Default: none is watched.
	DeadLetters awssqs.IQueue

	// RunEvery is how often an execution has to start, in whole hours, from one hour to 7 days. The alarm goes off an hour
	// later, except of a weekly run, since CloudWatch looks back no further than 7 days. It also goes off after the first
	// deployment, until the first execution. Default: executions are started on demand, and none is ever due.
	RunEvery time.Duration

	// Approvals are the requests for approval. Default: none are watched.
	Approvals *Approvals

	// Throttles is how many throttled state transitions within five minutes are too many, at least 1. Default: 1.
	Throttles int

	// ModelErrors is how many errors of the model of one kind, the request's fault or its own, within five minutes are too
	// many, at least 1. Default: 1.
	ModelErrors int

	// ModelLatency is the average time to an answer, over five minutes, that is too long: whole milliseconds, less than the
	// minute after which SageMaker gives up. Default: 10 seconds.
	ModelLatency time.Duration
}

// Approvals are requests for approval: those of package approval's construct.
type Approvals struct {
	// Requests is the table of the requests, imported with its key if it is imported. The key's policy must let CloudWatch
	// Logs use it, as that of the construct does. Required.
	Requests awsdynamodb.ITable

	// Deadline is how long a request waits for a decision: whole seconds, at least [MinimumDeadline]. Required.
	Deadline time.Duration

	// Warning is how long before its deadline a request is about to expire: whole seconds, at least 30 minutes, less than
	// Deadline. The alarm takes up to 20 minutes of it. Default: a quarter of Deadline.
	Warning time.Duration
}

// The defaults.
const (
	DefaultVariantName  = "AllTraffic"
	DefaultModelLatency = 10 * time.Second
)

// MinimumDeadline is the shortest deadline of a request that can be warned of in time: four of the shortest warning.
const MinimumDeadline = 4 * minimumWarning

const (
	// maximumModelLatency is when SageMaker gives up:
	// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
	maximumModelLatency = time.Minute

	// maximumRunEvery is how far back an alarm looks:
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
	maximumRunEvery = 7 * 24 * time.Hour

	// minimumWarning leaves people some minutes after the alarm.
	minimumWarning = 30 * time.Minute
)

// The names of endpoints and variants, as the API reference of SageMaker gives them.
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// Validate reports every fault of the props at once, each with the field, the rule and the value.
func (p *MonitoringProps) Validate() error {
	if p == nil {
		return errors.New("props are required, got nil")
	}
	var faults []error
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }

	if p.StateMachine == nil {
		report("StateMachine is required, got none")
	}
	if !check.Matches(namePattern, p.EndpointName) {
		report("EndpointName must be 1 to 63 letters, digits and inner hyphens, got %q", p.EndpointName)
	}
	if p.VariantName != "" && !check.Matches(namePattern, p.VariantName) {
		report("VariantName must be 1 to 63 letters, digits and inner hyphens, got %q", p.VariantName)
	}
	if p.Alerts == nil {
		report("Alerts is required: the topic of the team's alerts")
	}
	if p.Operations == nil {
		report("Operations is required: the topic that alarms are published to")
	} else if fifo := p.Operations.Fifo(); fifo != nil && *fifo {
		report("Operations must be a standard topic, got a FIFO topic")
	}
	if d := p.RunEvery; d != 0 && (d < time.Hour || d > maximumRunEvery || d%time.Hour != 0) {
		report("RunEvery must be whole hours from %v to %v, got %v", time.Hour, maximumRunEvery, d)
	}
	if p.Throttles < 0 {
		report("Throttles must be at least 1, got %d", p.Throttles)
	}
	if p.ModelErrors < 0 {
		report("ModelErrors must be at least 1, got %d", p.ModelErrors)
	}
	if d := p.ModelLatency; d != 0 && (d < time.Millisecond || d >= maximumModelLatency || d%time.Millisecond != 0) {
		report("ModelLatency must be whole milliseconds, from %v to less than %v, got %v", time.Millisecond, maximumModelLatency, d)
	}
	return errors.Join(append(faults, p.Approvals.validate())...)
}

func (a *Approvals) validate() error {
	if a == nil {
		return nil
	}
	var faults []error
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }
	if a.Requests == nil {
		report("Approvals.Requests is required: the table of the requests")
	}
	if a.Deadline < MinimumDeadline || a.Deadline%time.Second != 0 {
		report("Approvals.Deadline must be whole seconds, at least %v, got %v", MinimumDeadline, a.Deadline)
	}
	if a.Warning != 0 && (a.Warning < minimumWarning || a.Warning >= a.Deadline || a.Warning%time.Second != 0) {
		report("Approvals.Warning must be whole seconds, from %v to less than Approvals.Deadline, %v, got %v", minimumWarning, a.Deadline, a.Warning)
	}
	return errors.Join(faults...)
}

// withDefaults fills in what the user left out.
func (p MonitoringProps) withDefaults() MonitoringProps {
	setDefault(&p.VariantName, DefaultVariantName)
	setDefault(&p.Throttles, 1)
	setDefault(&p.ModelErrors, 1)
	setDefault(&p.ModelLatency, DefaultModelLatency)
	if p.Approvals != nil {
		approvals := *p.Approvals
		setDefault(&approvals.Warning, (approvals.Deadline / 4).Truncate(time.Second))
		p.Approvals = &approvals
	}
	return p
}

func setDefault[T comparable](value *T, fallback T) {
	if *value == *new(T) {
		*value = fallback
	}
}
