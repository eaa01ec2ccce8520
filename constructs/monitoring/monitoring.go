package monitoring

import (
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Monitoring has the alarms of a pipeline, which publish to the operations topic, and a dashboard.
type Monitoring struct {
	constructs.Construct
	props     MonitoringProps
	place     policy.Place
	arns      arns
	alarms    []awscloudwatch.CfnAlarm
	byID      map[string]awscloudwatch.CfnAlarm
	dashboard awscloudwatch.CfnDashboard
}

// arns are kept because each call of the CDK takes time.
type arns struct{ machine, operations string }

// The ids of the alarms. They decide the logical ids in the template and the beginnings of the names in CloudWatch: never
// change them.
const (
	FailedExecutions    = "FailedExecutions"
	TimedOutExecutions  = "TimedOutExecutions"
	AbortedExecutions   = "AbortedExecutions"
	ThrottledExecutions = "ThrottledExecutions"
	ModelClientErrors   = "ModelClientErrors"
	ModelServerErrors   = "ModelServerErrors"
	ModelLatency        = "ModelLatency"
	FailedDeliveries    = "FailedDeliveries"
	UndeliveredAlerts   = "UndeliveredAlerts"
	OverdueRun          = "OverdueRun"
	FailingAlerts       = "FailingAlerts"
	MissingWatch        = "MissingWatch"
	MissedSchedules     = "MissedSchedules"
	HighRiskJump        = "HighRiskJump"
	ExpiringApprovals   = "ExpiringApprovals"
	RefusedSignatures   = "RefusedSignatures"
	KeyChanges          = "KeyChanges"
	TrailChanges        = "TrailChanges"
	BucketChanges       = "BucketChanges"
)

// The ids of the other constructs. Never change them, either.
const (
	dashboardID = "Dashboard"
	watchID     = "ApprovalWatch"
	resourceID  = "Resource" // an alarm or the dashboard within its own construct, named as in the CDK's constructs
)

// NewMonitoring adds a monitoring to scope. It panics with the error of [MonitoringProps.Validate] when the props are wrong.
//
// Requirements: SRC-18
func NewMonitoring(scope constructs.Construct, id string, props *MonitoringProps) *Monitoring {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	m := &Monitoring{props: props.withDefaults(), byID: map[string]awscloudwatch.CfnAlarm{}}
	constructs.NewConstruct_Override(m, scope, &id)
	m.place = policy.In(awscdk.Stack_Of(m))
	m.arns = arns{machine: *props.StateMachine.StateMachineArn(), operations: *props.Operations.TopicArn()}

	m.letAlarmsReachOperations()
	sections := []section{m.executions(), m.model(), m.deliveries(), m.schedule(), m.alerting(), m.scores(), m.approvals(), m.protection()}
	m.addDashboard(sections)
	return m
}

// ProtectionProps configure [NewProtection]. Both are required.
type ProtectionProps struct {
	// Trail is the trail of the records: see MonitoringProps.
	Trail *audit.Trail

	// Operations is the topic that every alarm publishes to: see MonitoringProps.
	Operations awssns.ITopic
}

// NewProtection watches what keeps the records of several pipelines, and nothing else: leave the Trail of their Monitoring empty.
func NewProtection(scope constructs.Construct, id string, props *ProtectionProps) *Monitoring {
	m := &Monitoring{props: MonitoringProps{Trail: props.Trail, Operations: props.Operations}, byID: map[string]awscloudwatch.CfnAlarm{}}
	constructs.NewConstruct_Override(m, scope, &id)
	m.place = policy.In(awscdk.Stack_Of(m))
	m.arns = arns{operations: *props.Operations.TopicArn()}
	m.letAlarmsReachOperations()
	m.addDashboard([]section{m.protection()})
	return m
}

// Alarms returns all alarms, in the order of the package's documentation. An alarm's Ref is its name.
func (m *Monitoring) Alarms() []awscloudwatch.CfnAlarm { return m.alarms }

// Alarm returns the alarm with an id, or nil.
func (m *Monitoring) Alarm(id string) awscloudwatch.CfnAlarm { return m.byID[id] }

// DeploymentAlarms returns the alarms that show whether a new version of the state machine is sound. A deployment that shifts
// executions to it rolls back on them. Throttling, deliveries, schedule and approvals say nothing about a version.
func (m *Monitoring) DeploymentAlarms() []awscloudwatch.CfnAlarm {
	var alarms []awscloudwatch.CfnAlarm
	for _, id := range []string{FailedExecutions, TimedOutExecutions, ModelClientErrors, ModelServerErrors} {
		alarms = append(alarms, m.Alarm(id))
	}
	return alarms
}

// Dashboard returns the dashboard, which shows the alarms and the metrics behind them.
func (m *Monitoring) Dashboard() awscloudwatch.CfnDashboard { return m.dashboard }

func seconds(n float64) awscdk.Duration { return awscdk.Duration_Seconds(jsii.Number(n)) }
