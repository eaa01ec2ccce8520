package test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
)

// synthesizeStack synthesizes a stack to which build adds constructs, once per name.
func synthesizeStack(t *testing.T, name string, build func(awscdk.Stack)) *pipeline {
	t.Helper()
	if p := synthesized[name]; p != nil {
		return p
	}
	dir := filepath.Join(scratch, name)
	orFatal(t, func() {
		app := newApp(dir)
		build(awscdk.NewStack(app, jsii.String("Variant"), nil))
		app.Synth(nil)
	})
	p := &pipeline{template: readJSON(t, filepath.Join(dir, "Variant.template.json"))}
	synthesized[name] = p
	return p
}

// companyTrail is the log group of a trail that another stack has.
func companyTrail(stack awscdk.Stack) awslogs.ILogGroup {
	return awslogs.LogGroup_FromLogGroupName(stack, jsii.String("CompanyTrail"), jsii.String("company/trail"))
}

type approvalChange func(awscdk.Stack, *approval.ApprovalProps)

// synthesizeApproval synthesizes an approval with the required props and one change, connected to a state machine.
func synthesizeApproval(t *testing.T, name string, change approvalChange) *pipeline {
	t.Helper()
	name = "approval " + name
	if p := synthesized[name]; p != nil {
		return p
	}
	dir := filepath.Join(scratch, name)
	orFatal(t, func() {
		app := newApp(dir)
		stack := awscdk.NewStack(app, jsii.String("Approval"), nil)
		a := approval.NewApproval(stack, "Approval", approvalProps(stack, change))
		machine := awsstepfunctions.NewStateMachine(stack, jsii.String("Machine"), &awsstepfunctions.StateMachineProps{
			DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(awsstepfunctions.NewPass(stack, jsii.String("Pass"), nil)),
		})
		// In a pipeline the definition of the state machine depends on the function, too.
		machine.Node().AddDependency(a.RequestFunction())
		a.ConnectTo(machine, nil)
		app.Synth(nil)
	})
	p := &pipeline{template: readJSON(t, filepath.Join(dir, "Approval.template.json"))}
	synthesized[name] = p
	return p
}

func approvalProps(stack awscdk.Stack, change approvalChange) *approval.ApprovalProps {
	props := &approval.ApprovalProps{
		Approvers: []string{approverRole},
		RecordBucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Records"), &awss3.BucketAttributes{
			BucketName:    jsii.String("records"),
			EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("RecordsKey"), jsii.String(existingKey)),
		}),
		TrailLogGroup: companyTrail(stack),
	}
	if change != nil {
		change(stack, props)
	}
	return props
}

const (
	watchedMachine = "arn:aws:states:eu-central-1:123456789012:stateMachine:Pipeline"
	deadLetters    = "arn:aws:sqs:eu-central-1:123456789012:undelivered"
	requestTable   = "arn:aws:dynamodb:eu-central-1:123456789012:table/requests"
)

type monitoringChange func(awscdk.Stack, *monitoring.MonitoringProps)

// synthesizeMonitoring synthesizes a monitoring with the required props and one change. Its operations topic is encrypted.
func synthesizeMonitoring(t *testing.T, name string, change monitoringChange) *pipeline {
	t.Helper()
	return synthesizeStack(t, "monitoring "+name, func(stack awscdk.Stack) {
		props := monitoringProps(stack)
		if change != nil {
			change(stack, props)
		}
		monitoring.NewMonitoring(stack, "Monitoring", props)
	})
}

func monitoringProps(stack awscdk.Stack) *monitoring.MonitoringProps {
	key := awskms.NewKey(stack, jsii.String("OperationsKey"), nil)
	return &monitoring.MonitoringProps{
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Machine"), jsii.String(watchedMachine)),
		EndpointName: "dropout-inference",
		Alerts:       awssns.Topic_FromTopicArn(stack, jsii.String("Alerts"), jsii.String(existingTopic)),
		Operations:   awssns.NewTopic(stack, jsii.String("Operations"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)}),
	}
}

// fullMonitoring sets every optional prop.
func fullMonitoring(stack awscdk.Stack, p *monitoring.MonitoringProps) {
	p.DeadLetters = awssqs.Queue_FromQueueArn(stack, jsii.String("DeadLetters"), jsii.String(deadLetters))
	p.RunEvery = 24 * time.Hour
	p.Approvals = &monitoring.Approvals{
		Deadline:  72 * time.Hour,
		Decisions: awslogs.LogGroup_FromLogGroupName(stack, jsii.String("Decisions"), jsii.String("decisions")),
		Requests: awsdynamodb.Table_FromTableAttributes(stack, jsii.String("Requests"), &awsdynamodb.TableAttributes{
			TableArn: jsii.String(requestTable), EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("RequestsKey"), jsii.String(existingKey)),
		}),
	}
}

// synthesizeTrail synthesizes a record store and a trail with the required props and one change.
func synthesizeTrail(t *testing.T, name string, change func(awscdk.Stack, *audit.TrailProps)) *pipeline {
	t.Helper()
	return synthesizeStack(t, "trail "+name, func(stack awscdk.Stack) {
		props := &audit.TrailProps{Records: audit.NewRecordStore(stack, "Records", nil), EndpointName: "dropout-inference"}
		if change != nil {
			change(stack, props)
		}
		audit.NewTrail(stack, "Audit", props)
	})
}

func synthesizeRecordStore(t *testing.T, name string, props *audit.RecordStoreProps) *pipeline {
	t.Helper()
	return synthesizeStack(t, "record store "+name, func(stack awscdk.Stack) { audit.NewRecordStore(stack, "Records", props) })
}

// synthesizeRelease synthesizes a release with the required props and one change, and a policy that may start executions.
func synthesizeRelease(t *testing.T, name string, change func(awscdk.Stack, *release.ReleaseProps)) *pipeline {
	t.Helper()
	return synthesizeStack(t, "release "+name, func(stack awscdk.Stack) {
		props := &release.ReleaseProps{StateMachine: newMachine(stack, "Machine")}
		if change != nil {
			change(stack, props)
		}
		r := release.NewRelease(stack, "Release", props)
		starter := awsiam.NewManagedPolicy(stack, jsii.String("Starter"), nil)
		starter.AddStatements(r.StartStatement().CDK())
		for id, value := range map[string]string{"AliasARN": r.AliasARN(), "VersionARN": r.VersionARN()} {
			awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Value: &value})
		}
	})
}

func newMachine(stack awscdk.Stack, id string) awsstepfunctions.StateMachine {
	return awsstepfunctions.NewStateMachine(stack, &id, &awsstepfunctions.StateMachineProps{
		DefinitionBody: awsstepfunctions.DefinitionBody_FromString(jsii.String(`{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}`)),
	})
}

func canaryRelease(_ awscdk.Stack, p *release.ReleaseProps) {
	p.Shift = release.Shift{Percentage: 10, Interval: time.Hour}
	p.Alarms = []string{"Failed"}
}

// foreignKey returns a stack with an account and a region, and a key of another account and region.
func foreignKey(t *testing.T) (awscdk.Stack, awskms.IKey) {
	t.Helper()
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Bound"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("999999999999"), Region: jsii.String("us-east-1")},
	})
	return stack, awskms.Key_FromKeyArn(stack, jsii.String("Foreign"), jsii.String(existingKey))
}

func wantForeignKeyRefused(t *testing.T, build func()) {
	t.Helper()
	want := "Key must be in the stack's account, 999999999999, got 123456789012\nKey must be in the stack's region, us-east-1, got eu-central-1"
	if err, ok := panicOf(build).(error); !ok || err.Error() != want {
		t.Errorf("got %v, want\n%s", err, want)
	}
}

// fullStack scores a cohort, with approval, all downstream systems, trail, alarms and the approval watch.
func fullStack(stack awscdk.Stack) {
	p := recordedProps(stack)
	p.AlertEmails = []string{"team@example.org"}
	trail := audit.NewTrail(stack, "Trail", &audit.TrailProps{
		Records: p.Records, EndpointName: p.EndpointName, LogRetention: awslogs.RetentionDays_ONE_YEAR,
	})
	p.Cohort = &risk.Cohort{BatchSize: 2, Bucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Cohorts"), &awss3.BucketAttributes{
		BucketName: jsii.String(cohortsBucket), EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("CohortsKey"), jsii.String(cohortsKey)),
	})}
	addApprovalOf(stack, p, trail.StartLogs(), trail.Key(), nil)
	p.Downstream = append(p.Downstream, incident(stack))
	pipeline := risk.NewClinicalRiskPipeline(stack, "Pipeline", p)
	monitoring.NewMonitoring(stack, "Monitoring", &monitoring.MonitoringProps{
		StateMachine: pipeline.StateMachine(), EndpointName: p.EndpointName, Alerts: pipeline.AlertTopic(),
		Operations: pipeline.OperationsTopic(), DeadLetters: pipeline.UndeliveredAlerts(),
		Approvals: &monitoring.Approvals{
			Requests: p.Approval.Table(), Decisions: p.Approval.DecideFunction().LogGroup(), Deadline: p.Approval.Deadline(),
		},
	})
}

// existingTopicsStack scores one subject with features from Glue, with existing topics and records that nobody may delete early.
func existingTopicsStack(stack awscdk.Stack) {
	p := smallestProps(stack)
	p.Records = audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Lock: audit.Compliance, Retention: 10 * 365 * days})
	audit.NewTrail(stack, "Trail", &audit.TrailProps{Records: p.Records, EndpointName: p.EndpointName})
	p.Extraction = risk.GlueJob{JobName: "etl"}
	p.Features = risk.FromS3{Bucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Features"), &awss3.BucketAttributes{
		BucketName: jsii.String(featuresBucket), EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("FeaturesKey"), jsii.String(featuresKeyARN)),
	})}
	p.Downstream = []risk.Downstream{incident(stack)}
	existing := awssns.Topic_FromTopicAttributes(stack, jsii.String("Existing"),
		&awssns.TopicAttributes{TopicArn: jsii.String(existingTopic), KeyArn: jsii.String(topicKey)})
	p.AlertTopic, p.OperationsTopic = existing, existing
	risk.NewClinicalRiskPipeline(stack, "Pipeline", p)
}

// custodianStack scores one subject with features from EMR Serverless, with records that a custodian may delete early.
func custodianStack(stack awscdk.Stack) {
	p := smallestProps(stack)
	p.Records = audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Custodians: []string{custodianRole}, BreakGlass: []string{breakGlassRole}})
	p.Extraction = risk.EMRServerlessJob{
		ApplicationID: "00f1", Script: "s3://bucket/etl.py",
		ExecutionRole: awsiam.Role_FromRoleArn(stack, jsii.String("Etl"), jsii.String("arn:aws:iam::"+ownAccount+":role/etl"), nil),
	}
	risk.NewClinicalRiskPipeline(stack, "Pipeline", p)
}

const days = 24 * time.Hour
