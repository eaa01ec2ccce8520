package monitoring

import (
	"cmp"
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/workflow/trial"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
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

	// VariantName is the endpoint's variant. Default: "AllTraffic", which SageMaker's tools call a single variant.
	VariantName string

	// Alerts is the topic of the team's alerts. Required.
	Alerts awssns.ITopic

	// Operations is the topic that every alarm publishes to; a standard topic. The policy of an imported topic, and of its
	// key, must let cloudwatch.amazonaws.com publish. A topic that the AWS managed key (alias/aws/sns) encrypts gets no
	// alarms. Required.
	Operations awssns.ITopic

	// DeadLetters is the queue of the alerts that SNS could not deliver. Default: no queue is watched.
	DeadLetters awssqs.IQueue

	// RunEvery is how often an execution has to start, in whole hours, from one hour to 7 days. The alarm goes off an hour
	// later, except for a weekly run: CloudWatch looks back 7 days at most. It also goes off after the first deployment,
	// until the first execution. Default: executions start on demand, and none is ever due.
	RunEvery time.Duration

	// Approvals are the requests for approval. Default: no requests are watched.
	Approvals *Approvals

	// Trail is the trail of the records. Alarms watch it, the buckets and the keys that keep the records, for changes and for
	// attempts. The trail must log management events, and send them to CloudWatch Logs. Default: nothing of this is watched.
	Trail *audit.Trail

	// Alerting are the functions that give alerts a life. Default: no functions are watched.
	Alerting *Alerting

	// Throttles is how many throttled state transitions within five minutes are too many, at least 1. Default: 1.
	Throttles int

	// ModelErrors is how many errors of the model of one kind (4xx or 5xx) within five minutes are too many, at least 1.
	// Default: 1.
	ModelErrors int

	// ModelLatency is the average time to an answer, over five minutes, that is too long: whole milliseconds, less than the
	// minute after which SageMaker gives up. Default: 10 seconds.
	ModelLatency time.Duration
}

// Alerting are the functions that give alerts a life, and what their schedules could not start. All but Trial are required.
type Alerting struct {
	Update, Watch, Act awslambda.IFunction
	Missed             awssqs.IQueue

	// Trial is the registered trial whose scores the dashboard shows. With a limit highRiskJump in its file, an alarm goes off when the
	// share at high risk jumps. Default: the scores are not watched.
	Trial *trial.Trial
}

// Approvals are the requests for approval of an approval construct.
type Approvals struct {
	// Requests is the table of the requests. Import a table with its key. The key's policy must let CloudWatch Logs use the
	// key, as the policy of the approval construct's key does. Required.
	Requests awsdynamodb.ITable

	// Decisions is the log group of the deciding function, which logs what it refuses. Default: refused signatures are not watched.
	Decisions awslogs.ILogGroup

	// Deadline is how long a request waits for a decision: whole seconds, at least [MinimumDeadline]. Required.
	Deadline time.Duration

	// Warning is how long before its deadline a request counts as about to expire: whole seconds, at least 30 minutes, less
	// than Deadline. The alarm takes up to 20 minutes of it. Default: a quarter of Deadline.
	Warning time.Duration
}

// The defaults.
const (
	DefaultVariantName  = "AllTraffic"
	DefaultModelLatency = 10 * time.Second
)

// MinimumDeadline is the shortest deadline that leaves time for a warning: four of the shortest warning.
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

// Validate reports every fault of the props at once, as a [fault.List].
func (p *MonitoringProps) Validate() error {
	if p == nil {
		return fault.NilProps()
	}
	var faults fault.List
	if p.StateMachine == nil {
		faults.Add("StateMachine", "is required", fault.Text("none"))
	}
	if !check.Matches(check.EndpointName, p.EndpointName) {
		faults.Add("EndpointName", "must be 1 to 63 letters, digits and inner hyphens", p.EndpointName)
	}
	if p.VariantName != "" && !check.Matches(check.EndpointName, p.VariantName) {
		faults.Add("VariantName", "must be 1 to 63 letters, digits and inner hyphens", p.VariantName)
	}
	if p.Alerts == nil {
		faults.Add("Alerts", "is required: the topic of the team's alerts")
	}
	if p.Operations == nil {
		faults.Add("Operations", "is required: the topic that alarms publish to")
	} else if check.IsTrue(p.Operations.Fifo()) {
		faults.Add("Operations", "must be a standard topic", fault.Text("a FIFO topic"))
	}
	if p.Trail != nil && p.Trail.ManagementEvents() == nil {
		faults.Add("Trail", "must log management events and have a LogRetention: the alarms read its log group")
	}
	faults.Include(p.validateLimits())
	faults.Include(p.Approvals.validate().Under("Approvals"))
	return faults.Err()
}

// validateLimits reports the faults of the thresholds.
func (p *MonitoringProps) validateLimits() fault.List {
	var faults fault.List
	if d := p.RunEvery; d != 0 && (d < time.Hour || d > maximumRunEvery || d%time.Hour != 0) {
		faults.Add("RunEvery", fmt.Sprintf("must be whole hours from %v to %v", time.Hour, maximumRunEvery), d)
	}
	if p.Throttles < 0 {
		faults.Add("Throttles", "must be at least 1", p.Throttles)
	}
	if p.ModelErrors < 0 {
		faults.Add("ModelErrors", "must be at least 1", p.ModelErrors)
	}
	if d := p.ModelLatency; d != 0 && (d < time.Millisecond || d >= maximumModelLatency || d%time.Millisecond != 0) {
		faults.Add("ModelLatency", fmt.Sprintf("must be whole milliseconds, from %v to less than %v", time.Millisecond, maximumModelLatency), d)
	}
	return faults
}

func (a *Approvals) validate() fault.List {
	if a == nil {
		return nil
	}
	var faults fault.List
	if a.Requests == nil {
		faults.Add("Requests", "is required: the table of the requests")
	}
	if a.Deadline < MinimumDeadline || a.Deadline%time.Second != 0 {
		faults.Add("Deadline", fmt.Sprintf("must be whole seconds, at least %v", MinimumDeadline), a.Deadline)
	}
	if a.Warning != 0 && (a.Warning < minimumWarning || a.Warning >= a.Deadline || a.Warning%time.Second != 0) {
		faults.Add("Warning", fmt.Sprintf("must be whole seconds, from %v to less than Approvals.Deadline, %v", minimumWarning, a.Deadline), a.Warning)
	}
	return faults
}

// withDefaults fills in what the user left out.
func (p MonitoringProps) withDefaults() MonitoringProps {
	p.VariantName = cmp.Or(p.VariantName, DefaultVariantName)
	p.Throttles = cmp.Or(p.Throttles, 1)
	p.ModelErrors = cmp.Or(p.ModelErrors, 1)
	p.ModelLatency = cmp.Or(p.ModelLatency, DefaultModelLatency)
	if p.Approvals != nil {
		approvals := *p.Approvals
		approvals.Warning = cmp.Or(approvals.Warning, (approvals.Deadline / 4).Truncate(time.Second))
		p.Approvals = &approvals
	}
	return p
}
