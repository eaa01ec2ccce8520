package approval

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/approval"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// The functions' timeouts and memory. Reading and hashing the records of some thousand batches takes about ten seconds.
const (
	requestTimeout = 30 * time.Second
	decideTimeout  = 2 * time.Minute
	requestMemory  = 256 // MiB
	decideMemory   = 512 // MiB
)

func (a *Approval) addRequestFunction(binary string) {
	function := a.newFunction(requestFunctionID, "Stores requests for approval and tells the approvers.", binary, requestTimeout, requestMemory, a.requestStatements())
	function.setEnvironment(map[string]string{
		approval.EnvTable:    *a.table.TableName(),
		approval.EnvBucket:   *a.props.RecordBucket.BucketName(),
		approval.EnvPrefix:   a.props.RecordPrefix,
		approval.EnvTopic:    *a.topic.TopicArn(),
		approval.EnvFunction: *a.decideFunction.FunctionArn(),
	})
	a.requestFunction = function.Function
}

func (a *Approval) addDecideFunction(binary string) {
	function := a.newFunction(decideFunctionID, "Shows requests for approval and takes decisions.", binary, decideTimeout, decideMemory, a.decideStatements())
	function.setEnvironment(map[string]string{
		approval.EnvTable:       *a.table.TableName(),
		approval.EnvBucket:      *a.props.RecordBucket.BucketName(),
		approval.EnvBucketOwner: *a.props.RecordBucket.Env().Account,
		approval.EnvPrefix:      a.props.RecordPrefix,
		approval.EnvApprovers:   strings.Join(a.props.Approvers, " "),
		approval.EnvTrailLogs:   *a.props.TrailLogGroup.LogGroupName(),
	})
	if a.props.SessionNames != "" {
		function.setEnvironment(map[string]string{approval.EnvSessionNames: a.props.SessionNames})
	}
	if len(a.props.Machines) > 0 {
		var machines []string
		for _, m := range a.props.Machines {
			machines = append(machines, m.String())
		}
		function.setEnvironment(map[string]string{approval.EnvMachines: strings.Join(machines, " ")})
	}
	if len(a.props.Roster) > 0 {
		function.setEnvironment(map[string]string{approval.EnvRoster: a.props.roster()})
	}
	a.decideFunction, a.decideRole = function.Function, function.role
}

// ownFunction is a function with a role that has exactly our statements.
type ownFunction struct {
	awslambda.Function
	role awsiam.Role
}

func (a *Approval) newFunction(id, description, binary string, timeout time.Duration, memory float64, statements []policy.Statement) ownFunction {
	logs := awslogs.NewLogGroup(a, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		EncryptionKey: a.key, Retention: a.props.LogRetention, RemovalPolicy: removal.Kept(a.props.RemovalPolicy),
	})
	role := policy.NewRole(a, id+"Role", &policy.RoleProps{
		PolicyID: id + "Permissions", PolicyDescription: description, Description: description, AssumedBy: "lambda.amazonaws.com",
		Statements: append(statements, policy.Allow("Logging", []string{*logs.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents")),
	})
	function := awslambda.NewFunction(a, &id, &awslambda.FunctionProps{
		Description:  &description,
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		Code:         awslambda.Code_FromAsset(&binary, nil),
		Role:         role.WithoutPolicyUpdates(nil),
		LogGroup:     logs,
		Timeout:      awscdk.Duration_Seconds(jsii.Number(timeout.Seconds())),
		MemorySize:   &memory,
	})
	// The function names its role, which names its policy: further dependencies are superfluous.
	function.Node().DefaultChild().(awslambda.CfnFunction).AddDeletionOverride(jsii.String("DependsOn"))
	return ownFunction{function, role}
}

func (f ownFunction) setEnvironment(variables map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(variables)) { // the template shows the order
		f.AddEnvironment(&name, jsii.String(variables[name]), nil)
	}
}

// admitApprovers lets the approvers, and nobody else, invoke the decide function. The permission names the principals, so that it
// covers every session of an approver's role; an approver in another account also needs the permission there. Principals of this
// account that may invoke every function pass, too. Therefore the function believes STS alone about who calls, and admits approvers
// only.
func (a *Approval) admitApprovers() {
	for i, approver := range a.props.Approvers {
		awslambda.NewCfnPermission(a, jsii.String("Approver"+strconv.Itoa(i+1)+"Invoke"), &awslambda.CfnPermissionProps{
			FunctionName: a.decideFunction.FunctionArn(), Principal: jsii.String(approver), Action: jsii.String("lambda:InvokeFunction"),
		})
	}
}
