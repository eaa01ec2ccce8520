package risk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/alerts"
	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
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
	// {"features": {…}} as application/json and answers {"risk_score": 0.81}, a number from 0 to 1, within 60 seconds. An answer with
	// a backslash, with "risk_score" twice, or with a field whose name says "error" is not a score. With a Cohort it takes batches.
	EndpointName string

	// Container says in which forms the model's container takes subjects and gives their scores. Default: those above for one subject, and
	// AnswerWithIDs for a Cohort.
	Container *Container

	// Cohort makes an execution score a whole cohort, which the extraction writes to S3, instead of one subject, whose features
	// are in the execution's input. It needs Records. Default: one subject.
	Cohort *Cohort

	// Features says where the features of one subject are: in the execution's input, FromInput{}, or in the object that the extraction
	// wrote, FromS3. Not with a Cohort, whose object has them. Default: FromInput{}.
	Features Features

	// Records receives the decision records, before anybody is told: an object for each execution or, with a Cohort, for each
	// batch. Default: no records.
	Records *audit.RecordStore

	// Threshold is the risk of dropout above which the team is alerted: greater than 0, less than 1; a risk equal to it
	// does not alert. Default: 0.75.
	Threshold float64

	// Approval makes an execution with high risk wait after the alert. A person decides whether it goes on to the downstream
	// systems. It needs Records: that bucket also receives the decisions. Default: nobody is asked.
	Approval *approval.Approval

	// Downstream are systems that hear of high risk after the team, one after the other. If one fails, the execution fails, and
	// a redrive resumes there. Default: none.
	Downstream []Downstream

	// Alerts give the alerts of a registered trial a life: executions take that trial only, claim its data cuts, and tell people of what is
	// new. They need a Cohort, and its Topic as AlertTopic. Default: every trial is taken, and every execution with high risk alerts.
	Alerts *alerts.Alerts

	// Environment is the name of the environment, 1 to 63 letters, digits, hyphens and dots. Every alert has it, also as an
	// attribute for subscription filters. Default: "default".
	Environment string

	// AlertEmails are addresses that are subscribed to the alerts; each person has to confirm the subscription. A dead-letter
	// queue keeps undelivered alerts for 14 days. Default: nobody.
	AlertEmails []string

	// AlertTopic receives the alerts. It must be a standard topic: FIFO topics take no e-mail subscriptions. Import a topic that
	// a customer-managed key encrypts with that key (Topic_FromTopicAttributes, KeyArn), so that the role may use the key.
	// Default: a new topic, encrypted with Key.
	AlertTopic awssns.ITopic

	// OperationsTopic receives a message for every execution that failed, timed out or was aborted. The policy of an imported topic, and
	// of its key, must let events.amazonaws.com publish. Default: a new topic, encrypted with Key.
	OperationsTopic awssns.ITopic

	// Key encrypts the definition and the data of the executions, their logs, and the topics and dead letters that the pipeline
	// makes. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the pipeline needs: the CDK cannot read it.
	// Without KeyPrepared an imported key is refused, and the error lists the statements. Package monitoring warns of one more,
	// which its alarms need. Default: false.
	KeyPrepared bool

	// LogRetention is how long CloudWatch Logs keeps the events of the executions. Default: ten years.
	LogRetention awslogs.RetentionDays

	// RemovalPolicy says what happens to the log group and the key when the pipeline is removed from its stack.
	// Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy

	// Timeout bounds a whole execution, in whole seconds. It must exceed the time limits of the extraction, the approval and the
	// downstream systems by at least [MinimumScoringTime]. Default: the sum of these limits, and two hours.
	Timeout time.Duration
}

// Bounds of the timeouts.
const (
	// MinimumScoringTime is the longest that an execution needs after the extraction: every attempt of the model, of the record and
	// of the alert, each running into its timeout, and the delays between them.
	MinimumScoringTime = 45 * time.Minute

	// maximumTimeout is the longest life of a Standard execution:
	// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
	maximumTimeout = 365 * 24 * time.Hour
)

var (
	environmentPattern = regexp.MustCompile(`^[A-Za-z0-9.-]{1,63}$`)
	emailPattern       = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// Validate reports every fault of the props at once, as a [fault.List].
func (p *ClinicalRiskPipelineProps) Validate() error {
	if p == nil {
		return fault.NilProps()
	}
	var faults fault.List
	if p.Extraction == nil {
		faults.Add("Extraction", "is required: an EMRStep, an EMRServerlessJob, a GlueJob, or NoExtraction{}")
	} else {
		faults.Include(fault.In(p.Extraction.Validate()).Under("Extraction"))
	}
	if !check.Matches(check.EndpointName, p.EndpointName) {
		faults.Add("EndpointName", "must be 1 to 63 letters, digits and inner hyphens", p.EndpointName)
	}
	if p.Container != nil {
		faults.Include(p.Container.validate().Under("Container"))
	}
	if p.Features != nil {
		faults.Include(p.Features.validate(p.Extraction).Under("Features"))
		if p.Cohort != nil {
			faults.Add("Features", "must not be set with a Cohort, whose object has the features")
		}
	}
	if p.Cohort != nil {
		faults.Include(p.Cohort.validate().Under("Cohort"))
		if p.Records == nil {
			faults.Add("Records", "is required with a Cohort: the record store that receives its decisions")
		}
	}
	if p.Threshold != 0 && !(p.Threshold > 0 && p.Threshold < 1) {
		faults.Add("Threshold", "must be greater than 0 and less than 1", p.Threshold)
	}
	if p.Approval != nil && p.Records == nil {
		faults.Add("Records", "is required with an Approval: the record store whose records are reviewed")
	}
	faults.Include(p.validateAlerts())
	faults.Include(validateDownstream(p.Downstream))
	if p.Environment != "" && !environmentPattern.MatchString(p.Environment) {
		faults.Add("Environment", "must be 1 to 63 letters, digits, hyphens and dots", p.Environment)
	}
	faults.Include(p.validateTopics())
	faults.Include(validateTimeout(p.Timeout, MinimumScoringTime+p.waitingTime()+p.extractionTime()))
	return faults.Err()
}

// validateTopics reports the faults of the topics and their subscriptions.
func (p *ClinicalRiskPipelineProps) validateTopics() fault.List {
	var faults fault.List
	for i, address := range p.AlertEmails {
		field := fmt.Sprintf("AlertEmails[%d]", i)
		if !emailPattern.MatchString(address) {
			faults.Add(field, "must be an e-mail address", address)
		} else if slices.Contains(p.AlertEmails[:i], address) {
			faults.Add(field, "must be unique", fault.Twice(address))
		}
	}
	if p.AlertTopic != nil && check.IsTrue(p.AlertTopic.Fifo()) {
		faults.Add("AlertTopic", "must be a standard topic", fault.Text("a FIFO topic"))
	}
	if p.OperationsTopic != nil && check.IsTrue(p.OperationsTopic.Fifo()) {
		faults.Add("OperationsTopic", "must be a standard topic", fault.Text("a FIFO topic"))
	}
	return faults
}

// validateIn reports the faults that only the stack can tell: resources of another account or region.
func (p *ClinicalRiskPipelineProps) validateIn(stack awscdk.Stack) fault.List {
	if p == nil {
		return nil
	}
	faults := keys.Validate(p.Key, stack)
	for i, d := range p.Downstream {
		if d, ok := d.(placed); ok {
			faults.Include(d.validateIn(stack).Under(element(i)))
		}
	}
	return faults
}

// withDefaults fills in what the user left out. The topics are left to addTopics: they are resources.
func (p ClinicalRiskPipelineProps) withDefaults() ClinicalRiskPipelineProps {
	if p.Cohort != nil {
		cohort := p.Cohort.withDefaults()
		p.Cohort = &cohort
	}
	p.Threshold = cmp.Or(p.Threshold, workflow.DefaultThreshold)
	p.Environment = cmp.Or(p.Environment, "default")
	p.LogRetention = cmp.Or(p.LogRetention, awslogs.RetentionDays_TEN_YEARS)
	p.RemovalPolicy = cmp.Or(p.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	p.Timeout = cmp.Or(p.Timeout, p.extractionTime()+2*time.Hour+p.waitingTime())
	return p
}

// waitingTime is how long an execution may wait for people, for the update of the alerts and for downstream systems.
func (p *ClinicalRiskPipelineProps) waitingTime() time.Duration {
	var total time.Duration
	if p.Approval != nil {
		total += p.Approval.Deadline() + Longest(recordTimeout, readApprovalRetries...)
	}
	if p.Alerts != nil {
		total += 2 * Longest(updateTimeout, updateRetries...)
	}
	for _, d := range p.Downstream {
		if d != nil {
			total += d.TimeLimit() * p.longestQueue()
		}
	}
	return total
}

func (p *ClinicalRiskPipelineProps) extractionTime() time.Duration {
	if p.Extraction == nil {
		return 0
	}
	return p.Extraction.TimeLimit()
}
