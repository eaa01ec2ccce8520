package risk

import (
	"errors"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ClinicalRiskPipeline is the workflow from a subject's data to an alert, with everything that it needs: an encrypted topic for
// alerts and one for operations, a log group, a role that reaches this cluster, this endpoint, this topic and nothing else, and
// a rule that reports every execution that did not succeed.
type ClinicalRiskPipeline struct {
	constructs.Construct
	props           ClinicalRiskPipelineProps
	stack           awscdk.Stack
	name            string // of the state machine
	scope           *Scope // where the states are added
	key             awskms.IKey
	keyARN          string
	alertTopic      topic
	operationsTopic topic
	undelivered     awssqs.IQueue // nil without subscribers
	logGroup        awslogs.LogGroup
	role            awsiam.Role
	stateMachine    awsstepfunctions.StateMachine
}

// The ids of the constructs within a pipeline. They decide the logical ids in the template, so they never change.
const (
	keyID             = "Key"
	alertTopicID      = "AlertTopic"
	operationsTopicID = "OperationsTopic"
	undeliveredID     = "UndeliveredAlerts"
	logGroupID        = "Logs"
	policyID          = "Permissions"
	roleID            = "Role"
	stateMachineID    = "StateMachine"
	outcomeRuleID     = "OutcomeRule"
)

// NewClinicalRiskPipeline adds a pipeline to scope. It panics with the error of [ClinicalRiskPipelineProps.Validate] when
// the props are wrong.
//
// Requirements: SRC-01
func NewClinicalRiskPipeline(scope constructs.Construct, id string, props *ClinicalRiskPipelineProps) *ClinicalRiskPipeline {
	stack := awscdk.Stack_Of(scope)
	if err := errors.Join(props.Validate(), props.validateIn(stack).Err()); err != nil {
		panic(err)
	}
	p := &ClinicalRiskPipeline{props: props.withDefaults(), stack: stack}
	constructs.NewConstruct_Override(p, scope, &id)

	p.addName()
	p.addScope()
	p.addKey()
	p.addTopics()
	p.addLogGroup()
	definition := p.definition()
	p.addRole() // with what the states asked for
	p.addStateMachine(definition)
	if p.props.Approval != nil {
		p.props.Approval.ConnectTo(p.stateMachine, p.key)
	}
	p.keepToWriters()
	p.reportOutcomes()
	return p
}

// definition chains the states.
//
// Requirements: P11-10f
func (p *ClinicalRiskPipeline) definition() awsstepfunctions.IChainable {
	start := p.scoreSubject
	if p.props.Cohort != nil {
		start = p.scoreSubjects
	}
	if t := p.trial(); t != nil && !t.IsActive() {
		return p.checkInput(p.trialNotActive())
	}
	end := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.End), nil)
	if extract := p.extract(); extract != nil {
		return p.checkInput(p.claimed(awsstepfunctions.Chain_Start(extract).Next(start(end))))
	}
	return p.checkInput(p.claimed(start(end)))
}

// extract adds the states of the extraction; nil where nothing runs.
func (p *ClinicalRiskPipeline) extract() awsstepfunctions.IChainable {
	extract := p.props.Extraction.AddStates(p.scope)
	if extract != nil && p.scope.output != nil && !p.scope.handedOn {
		var faults fault.List
		faults.Add("Extraction", "must hand the address of its output on: the Output of the state that has Scope.RunArguments is Scope.RunOutput")
		panic(faults.Err())
	}
	return extract
}

// scoreSubject is the workflow of one subject, whose features the execution's input carries or the extraction wrote.
func (p *ClinicalRiskPipeline) scoreSubject(end awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	high, low := p.notifyTeam().Next(p.followUp(end)), end
	if p.props.Records == nil {
		return p.readFeatures(p.invokeModel().Next(p.checkRisk(high, low, p.invalidScore())))
	}
	recordHigh, recordLow := p.recordSubject(workflow.RecordDecision, workflow.AlertBranch), p.recordSubject(workflow.RecordLowRisk, workflow.NoAlertBranch)
	check := p.checkRisk(recordHigh.Next(high), recordLow.Next(low), p.invalidScore())
	recorded := p.alreadyRecorded(high, low, check)
	for _, record := range []awsstepfunctions.TaskStateBase{recordHigh, recordLow} {
		record.AddCatch(recorded, &awsstepfunctions.CatchProps{
			Errors:  jsii.Strings(services.S3Other),
			Outputs: expression("$states.input"),
			Assign:  &map[string]any{readInRound: expression(currentRound)},
		})
	}
	return p.readFeatures(p.invokeModel().Next(check))
}

// scoreSubjects is the workflow of a cohort.
func (p *ClinicalRiskPipeline) scoreSubjects(end awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	coverage := p.checkCoverage(end)
	if p.props.Alerts != nil {
		return p.findCohort(p.scoreCohort().Next(p.updateAlerts(p.followUp(coverage), coverage)))
	}
	high := p.notifyTeam().Next(p.followUp(coverage))
	return p.findCohort(p.scoreCohort().Next(p.checkCohortRisk(high, coverage)))
}

func (p *ClinicalRiskPipeline) addStateMachine(definition awsstepfunctions.IChainable) {
	p.stateMachine = awsstepfunctions.NewStateMachine(p, jsii.String(stateMachineID), &awsstepfunctions.StateMachineProps{
		StateMachineName: jsii.String(p.name),
		Comment:          jsii.String("Scores a subject's risk of dropout and alerts the team when it is high."),
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromChainable(definition),
		QueryLanguage:    awsstepfunctions.QueryLanguage_JSONATA,
		Role:             p.role.WithoutPolicyUpdates(nil),
		Timeout:          seconds(p.props.Timeout),
		TracingEnabled:   jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Destination:          p.logGroup,
			Level:                awsstepfunctions.LogLevel_ALL,
			IncludeExecutionData: jsii.Bool(false), // inputs and outputs have subject data
		},
	})
	node := p.stateMachine.Node()
	if p.props.Cohort != nil {
		node.TryRemoveChild(jsii.String("DistributedMapPolicy")) // the role would not take it
	}
	resource := node.DefaultChild().(awsstepfunctions.CfnStateMachine)
	// The CDK's own property would extend the key's policy by wider statements than ours.
	resource.SetEncryptionConfiguration(&awsstepfunctions.CfnStateMachine_EncryptionConfigurationProperty{
		Type: jsii.String("CUSTOMER_MANAGED_KMS_KEY"), KmsKeyId: &p.keyARN,
	})
	resource.AddDeletionOverride(jsii.String("DependsOn")) // the reference to the role implies it
	p.addDigest(resource)
}

// addName gives the state machine a name that is unique and the same at every deployment: the policies of role and key name the
// state machine, and the state machine needs both.
func (p *ClinicalRiskPipeline) addName() {
	p.name = *awscdk.Names_UniqueResourceName(p, &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(80), Separator: jsii.String("-")})
}

// addScope makes the scope of the states.
func (p *ClinicalRiskPipeline) addScope() {
	in := policy.In(p.stack)
	p.scope = &Scope{Place: in, construct: p, machineARN: in.ARN("states", "stateMachine:"+p.name), finding: p.subjectAlert()}
	if c := p.props.Cohort; c != nil {
		p.scope.output = &place{*c.Bucket.BucketName(), attemptKeyOf(c.Prefix, c.file()), workflow.CohortObject}
		p.scope.finding = p.cohortAlert()
	} else if f, ok := p.props.Features.(FromS3); ok {
		p.scope.output = &place{*f.Bucket.BucketName(), attemptKeyOf(f.folder(), workflow.FeaturesFile), workflow.Extracted}
	}
}

// StateMachine is the state machine that executes the pipeline.
func (p *ClinicalRiskPipeline) StateMachine() awsstepfunctions.StateMachine { return p.stateMachine }

// MachineARN is the ARN of the state machine. It is made of the fixed name and does not refer to the resource, so other stacks may use it.
func (p *ClinicalRiskPipeline) MachineARN() string { return p.scope.machineARN }

// AlertTopic is the topic that the team's alerts are published to.
func (p *ClinicalRiskPipeline) AlertTopic() awssns.ITopic { return p.alertTopic.ITopic }

// OperationsTopic receives a message for every execution that failed, timed out or was aborted.
func (p *ClinicalRiskPipeline) OperationsTopic() awssns.ITopic { return p.operationsTopic.ITopic }

// UndeliveredAlerts is the dead-letter queue of the alerts; nil when the pipeline subscribes nobody.
func (p *ClinicalRiskPipeline) UndeliveredAlerts() awssqs.IQueue { return p.undelivered }

// LogGroup is the log group of the executions' events, without their data.
func (p *ClinicalRiskPipeline) LogGroup() awslogs.LogGroup { return p.logGroup }

// Key is the key that encrypts the executions, their logs, and the pipeline's own topics and dead letters.
func (p *ClinicalRiskPipeline) Key() awskms.IKey { return p.key }

// Role is the role that executions assume. Its permissions are complete; granting it more has no effect on the pipeline.
func (p *ClinicalRiskPipeline) Role() awsiam.Role { return p.role }
