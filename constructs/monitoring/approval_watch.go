package monitoring

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/services"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The states of the approval watch.
const (
	CountExpiring = "CountExpiring" // counts the requests that are about to expire
	ReportCount   = "ReportCount"   // sends the count to CloudWatch
)

// approvalWatch is an Express state machine that counts the requests that expire soon, every five minutes. It reads no
// request: DynamoDB counts, and only the count leaves the table.
type approvalWatch struct {
	scope     constructs.Construct
	place     policy.Place
	approvals Approvals
	requests  string // the table's name
}

func (m *Monitoring) addApprovalWatch() {
	w := &approvalWatch{
		scope: constructs.NewConstruct(m, jsii.String(watchID)), place: m.place,
		approvals: *m.props.Approvals, requests: *m.props.Approvals.Requests.TableName(),
	}

	machine := awsstepfunctions.NewStateMachine(w.scope, jsii.String("StateMachine"), &awsstepfunctions.StateMachineProps{
		Comment:          jsii.String("Counts the requests for approval that are about to expire."),
		StateMachineType: awsstepfunctions.StateMachineType_EXPRESS,
		QueryLanguage:    awsstepfunctions.QueryLanguage_JSONATA,
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromChainable(w.countExpiring().Next(w.reportCount())),
		Role:             w.role("Role", "states.amazonaws.com", w.statements()...).WithoutPolicyUpdates(nil),
		Timeout:          seconds(time.Minute.Seconds()),
		TracingEnabled:   jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Destination: w.newLogGroup(), Level: awsstepfunctions.LogLevel_ALL, IncludeExecutionData: jsii.Bool(false),
		},
	})
	// The machine names its role: it needs no other dependencies.
	machine.Node().DefaultChild().(awsstepfunctions.CfnStateMachine).AddDeletionOverride(jsii.String("DependsOn"))
	w.schedule(machine)
}

// schedule starts the state machine. The rule is an L1 construct: package awseventstargets would add an eighth to what a first
// build of the CDK compiles.
func (w *approvalWatch) schedule(machine awsstepfunctions.StateMachine) {
	start := w.role("ScheduleRole", "events.amazonaws.com", policy.Allow("StartWatch", []string{*machine.StateMachineArn()}, "states:StartExecution"))
	awsevents.NewCfnRule(constructs.NewConstruct(w.scope, jsii.String("Schedule")), jsii.String("Resource"), &awsevents.CfnRuleProps{
		Description:        jsii.String("Starts the approval watch."),
		ScheduleExpression: awsevents.Schedule_Rate(seconds(period.Seconds())).ExpressionString(),
		State:              jsii.String("ENABLED"),
		Targets: []awsevents.CfnRule_TargetProperty{{
			Id: jsii.String("Target0"), Arn: machine.StateMachineArn(), RoleArn: start.RoleArn(),
			RetryPolicy: awsevents.CfnRule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(0)}, // the next execution starts soon enough
		}},
	})
}

// countExpiring counts the open requests whose deadline is ahead, and nearer than the warning. An expired request stays open
// in the index, but nobody can decide on it. The index has times as texts in UTC, which sort like times.
func (w *approvalWatch) countExpiring() awsstepfunctions.TaskStateBase {
	requestedBefore := func(ago time.Duration) map[string]any {
		return map[string]any{"S": fmt.Sprintf("{%% $fromMillis($toMillis($states.context.Execution.StartTime) - %d) %%}", ago.Milliseconds())}
	}
	return w.call(CountExpiring, services.Query, map[string]any{
		"TableName":                w.requests,
		"IndexName":                approval.OpenIndex,
		"Select":                   "COUNT",
		"KeyConditionExpression":   "#open = :open AND #requestedAt BETWEEN :from AND :to",
		"ExpressionAttributeNames": map[string]any{"#open": approval.OpenIndexKey, "#requestedAt": approval.OpenIndexBy},
		"ExpressionAttributeValues": map[string]any{
			":open": map[string]any{"S": approval.OpenIndexValue},
			":from": requestedBefore(w.approvals.Deadline),
			":to":   requestedBefore(w.approvals.Deadline - w.approvals.Warning),
		},
	}, "{% $states.result.Count %}")
}

func (w *approvalWatch) reportCount() awsstepfunctions.TaskStateBase {
	return w.call(ReportCount, services.PutMetricData, map[string]any{
		"Namespace": namespace,
		"MetricData": []any{map[string]any{
			"MetricName": expiringRequests,
			"Dimensions": []any{map[string]any{"Name": tableDimension, "Value": w.requests}},
			"Value":      "{% $states.input %}",
			"Unit":       "Count",
		}},
	}, nil)
}

// call is a state that calls an API of AWS. It has no retries: the next execution calls again.
func (w *approvalWatch) call(state string, call services.Call, parameters map[string]any, output any) awsstepfunctions.TaskStateBase {
	service, action := call.SDK()
	return awsstepfunctionstasks.CallAwsService_Jsonata(w.scope, &state, &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Service: &service, Action: &action, Parameters: &parameters, Outputs: output,
		IamResources: jsii.Strings("*"), // not used: the role's statements are below
		TaskTimeout:  awsstepfunctions.Timeout_Duration(seconds(20)),
	})
}

// statements are the permissions of the state machine.
func (w *approvalWatch) statements() []policy.Statement {
	requests := w.approvals.Requests
	statements := []policy.Statement{
		policy.Allow(CountExpiring, []string{*requests.TableArn() + "/index/" + approval.OpenIndex}, services.Query.Operation.Action),
		// CloudWatch's metrics have no ARNs. The condition allows our namespace only:
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
		policy.Allow(ReportCount, []string{"*"}, services.PutMetricData.Operation.Action).If("StringEquals", "cloudwatch:namespace", namespace),
	}
	statements = append(statements, policy.Observability()...)
	if key := requests.EncryptionKey(); key != nil {
		statements = append(statements, w.place.Through("dynamodb",
			policy.Allow(CountExpiring+"Encryption", []string{*key.KeyArn()}, "kms:Decrypt", "kms:DescribeKey")))
	}
	return statements
}

// newLogGroup makes a log group that is encrypted with the key of the requests, whose policy lets CloudWatch Logs use it. The
// prefix of its name keeps the resource policy of CloudWatch Logs short:
// https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
func (w *approvalWatch) newLogGroup() awslogs.LogGroup {
	name := awscdk.Names_UniqueResourceName(w.scope, &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(200), Separator: jsii.String("-")})
	return awslogs.NewLogGroup(w.scope, jsii.String("Logs"), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/aws/vendedlogs/states/" + *name),
		EncryptionKey: w.approvals.Requests.EncryptionKey(),
		Retention:     awslogs.RetentionDays_ONE_MONTH,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY, // it has counts, no records
	})
}

// role makes a role that a service assumes, with exactly these statements.
func (w *approvalWatch) role(id, service string, statements ...policy.Statement) awsiam.Role {
	return policy.NewRole(w.scope, id, &policy.RoleProps{
		AssumedBy:  service,
		Conditions: map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": w.place.Account}},
		Statements: statements,
	})
}
