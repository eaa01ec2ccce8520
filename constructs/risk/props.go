package risk

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
)

// ClinicalRiskPipelineProps configures a [ClinicalRiskPipeline].
type ClinicalRiskPipelineProps struct {
	// Extraction prepares the features: an EMRStep, an EMRServerlessJob, a GlueJob, or NoExtraction{}.
	Extraction Extraction

	// EndpointName is the SageMaker endpoint that scores a subject, in the pipeline's own account and region. It takes
	// {"features": {…}} as application/json and answers {"risk_score": 0.81}, a number from 0 to 1, within 60 seconds.
	EndpointName string

	// Cohort makes an execution score a whole cohort, which the extraction writes to S3, instead of the one subject whose
	// features its input carries. It needs Records. Default: one subject.
	Cohort *Cohort

	// Records receives the decision records: an object for each execution or, of a cohort, for each batch, written before
	// anybody is told. Default: no records are written.
	Records *audit.RecordStore

	// Threshold is the risk of dropout above which the team is alerted: greater than 0, less than 1; a risk equal to it
	// does not alert. Default: 0.75.
	Threshold float64

	// Approval makes an execution with high risk wait, after the alert, until a person has decided whether it goes on to the
	// downstream systems. It needs Records, in whose bucket people decide. Default: nobody is asked.
	Approval *approval.Approval

	// Downstream are systems that are told after the team, one after the other, and only of high risk. One that fails fails
	// the execution, which a redrive resumes there. Default: none.
	Downstream []Downstream

	// Environment is the name of the environment, 1 to 63 letters, digits, hyphens and dots. Every alert carries it, and it
	// is an attribute for subscription filters. Default: "default".
	Environment string

	// AlertEmails are the addresses that are subscribed to the alerts; each person has to confirm the subscription. What
	// cannot be delivered is kept in a dead-letter queue for 14 days. Default: nobody.
	AlertEmails []string

	// AlertTopic receives the alerts. It must be a standard topic: FIFO topics take no e-mail subscriptions. When an
	// imported topic is encrypted with a customer-managed key, import it with that key
	// (Topic_FromTopicAttributes, KeyArn), so that the role may use the key. Default: a new topic, encrypted with Key.
	AlertTopic awssns.ITopic

	// OperationsTopic hears of every execution that failed, timed out or was aborted. The policy of an imported topic, and
	// of its key, must let events.amazonaws.com publish. Default: a new topic, encrypted with Key.
	OperationsTopic awssns.ITopic

	// Key encrypts the definition and the data of the executions, their logs, and the topics and dead letters that the pipeline
	// makes. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the pipeline needs, which cannot be seen from
	// here. Without it an imported key is refused, and the error lists them; package monitoring warns of the one that its alarms
	// need besides. Default: it is not known to have them.
	KeyPrepared bool

	// LogRetention is how long CloudWatch Logs keeps the events of the executions. Default: ten years.
	LogRetention awslogs.RetentionDays

	// RemovalPolicy says what becomes of the log group and the key when the pipeline is removed from its stack.
	// Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy

	// Timeout bounds a whole execution, in whole seconds. It must be longer by at least [MinimumScoringTime] than the
	// extraction, the approval and the downstream systems may take. Default: what they may take, and two hours.
	Timeout time.Duration
}

// Bounds of the timeouts.
const (
	// MinimumScoringTime is what an execution needs after the extraction: every attempt of the model and of the alert,
	// each running into its timeout, and the delays between them.
	MinimumScoringTime = 30 * time.Minute

	// maximumTimeout is how long a Standard execution may live:
	// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
	maximumTimeout = 365 * 24 * time.Hour
)

var (
	// An endpoint's name, as the API reference of SageMaker's InvokeEndpoint gives it.
	endpointNamePattern = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)
	environmentPattern  = regexp.MustCompile(`^[A-Za-z0-9.-]{1,63}$`)
	emailPattern        = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// Validate reports every fault of the props at once, each with the field, the rule and the value.
func (p *ClinicalRiskPipelineProps) Validate() error {
	if p == nil {
		return errors.New("props are required, got nil")
	}
	var faults []error
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }

	shortest := MinimumScoringTime + p.waitingTime()
	if p.Extraction == nil {
		report("Extraction is required: an EMRStep, an EMRServerlessJob, a GlueJob, or NoExtraction{}")
	} else {
		faults = append(faults, p.Extraction.validate())
		shortest += p.Extraction.timeLimit()
	}

	if !check.Matches(endpointNamePattern, p.EndpointName) {
		report("EndpointName must be 1 to 63 letters, digits and inner hyphens, got %q", p.EndpointName)
	}
	if p.Cohort != nil {
		faults = append(faults, p.Cohort.validate())
		if p.Records == nil {
			report("Records is required with a Cohort: the record store that receives its decisions")
		}
	}
	if p.Threshold != 0 && !(p.Threshold > 0 && p.Threshold < 1) {
		report("Threshold must be greater than 0 and less than 1, got %v", p.Threshold)
	}
	if p.Approval != nil && p.Records == nil {
		report("Records is required with an Approval: the record store whose records are reviewed")
	}
	faults = append(faults, validateDownstream(p.Downstream))
	if p.Environment != "" && !environmentPattern.MatchString(p.Environment) {
		report("Environment must be 1 to 63 letters, digits, hyphens and dots, got %q", p.Environment)
	}
	for i, address := range p.AlertEmails {
		if !emailPattern.MatchString(address) {
			report("AlertEmails[%d] must be an e-mail address, got %q", i, address)
		} else if slices.Contains(p.AlertEmails[:i], address) {
			report("AlertEmails[%d] must be unique, got %q twice", i, address)
		}
	}
	if p.AlertTopic != nil && isTrue(p.AlertTopic.Fifo()) {
		report("AlertTopic must be a standard topic, got a FIFO topic")
	}
	if p.OperationsTopic != nil && isTrue(p.OperationsTopic.Fifo()) {
		report("OperationsTopic must be a standard topic, got a FIFO topic")
	}
	if p.Timeout != 0 {
		if err := validTimeout("Timeout", p.Timeout, shortest); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// validateIn reports the faults that only the stack can tell: resources of another account or region.
func (p *ClinicalRiskPipelineProps) validateIn(stack awscdk.Stack) error {
	if p == nil {
		return nil
	}
	faults := []error{keys.Validate(p.Key, stack)}
	for i, d := range p.Downstream {
		if e, ok := d.(StateMachineExecution); ok && e.StateMachine != nil {
			env := e.StateMachine.Env()
			faults = append(faults,
				check.SameAs(fmt.Sprintf("Downstream[%d].StateMachine must be in the stack's account", i), env.Account, stack.Account()),
				check.SameAs(fmt.Sprintf("Downstream[%d].StateMachine must be in the stack's region", i), env.Region, stack.Region()))
		}
	}
	return errors.Join(faults...)
}

// withDefaults fills in what the user left out. The topics are left to addTopics: they are resources.
func (p ClinicalRiskPipelineProps) withDefaults() ClinicalRiskPipelineProps {
	if p.Cohort != nil {
		cohort := p.Cohort.withDefaults()
		p.Cohort = &cohort
	}
	setDefault(&p.Threshold, workflow.DefaultThreshold)
	setDefault(&p.Environment, "default")
	setDefault(&p.LogRetention, awslogs.RetentionDays_TEN_YEARS)
	setDefault(&p.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	setDefault(&p.Timeout, p.Extraction.timeLimit()+2*time.Hour+p.waitingTime())
	return p
}

// waitingTime is how long an execution may wait for people and for downstream systems.
func (p *ClinicalRiskPipelineProps) waitingTime() time.Duration {
	var total time.Duration
	if p.Approval != nil {
		total += p.Approval.Deadline()
	}
	for _, d := range p.Downstream {
		if d != nil {
			total += d.timeLimit()
		}
	}
	return total
}

func validTimeout(field string, timeout, shortest time.Duration) error {
	if timeout < shortest || timeout > maximumTimeout || timeout%time.Second != 0 {
		return fmt.Errorf("%s must be whole seconds from %v to %v, got %v", field, shortest, maximumTimeout, timeout)
	}
	return nil
}

func isTrue(b *bool) bool { return b != nil && *b }
