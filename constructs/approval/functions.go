package approval

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/constructs/function"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/approval"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// The functions' main packages. They are below package lambda/approval, also where the module has another name.
var (
	requestPackage = reflect.TypeFor[approval.Requester]().PkgPath() + "/request"
	decidePackage  = reflect.TypeFor[approval.Decider]().PkgPath() + "/decide"
)

// programs builds the functions, once a process.
var programs = sync.OnceValues(func() ([]string, error) { return function.Build(requestPackage, decidePackage) })

// The functions' timeouts and memory. Reading and hashing the records of some thousand batches takes about ten seconds.
const (
	requestTimeout = 30 * time.Second
	decideTimeout  = 2 * time.Minute
	requestMemory  = 256 // MiB
	decideMemory   = 512 // MiB
)

func (a *Approval) addRequestFunction(program string) {
	a.requestFunction = a.newFunction(requestFunctionID, "Stores requests for approval and tells the approvers.", program, requestTimeout, requestMemory,
		a.requestStatements(), map[string]string{
			approval.EnvTable:    *a.table.TableName(),
			approval.EnvBucket:   *a.props.RecordBucket.BucketName(),
			approval.EnvPrefix:   a.props.RecordPrefix,
			approval.EnvTopic:    *a.topic.TopicArn(),
			approval.EnvFunction: *a.decideFunction.FunctionArn(),
		})
}

func (a *Approval) addDecideFunction(program string) {
	variables := map[string]string{
		approval.EnvTable:       *a.table.TableName(),
		approval.EnvBucket:      *a.props.RecordBucket.BucketName(),
		approval.EnvBucketOwner: *a.props.RecordBucket.Env().Account,
		approval.EnvPrefix:      a.props.RecordPrefix,
		approval.EnvApprovers:   strings.Join(a.props.Approvers, " "),
		approval.EnvTrailLogs:   *a.props.TrailLogGroup.LogGroupName(),
	}
	if a.props.SessionNames != "" {
		variables[approval.EnvSessionNames] = a.props.SessionNames
	}
	if len(a.props.Machines) > 0 {
		var machines []string
		for _, m := range a.props.Machines {
			machines = append(machines, m.String())
		}
		variables[approval.EnvMachines] = strings.Join(machines, " ")
	}
	if a.props.Alerts {
		variables[approval.EnvAlerts] = approval.AlertsValue
	}
	if len(a.props.Roster) > 0 {
		variables[approval.EnvRoster] = a.props.roster()
	}
	a.decideFunction = a.newFunction(decideFunctionID, "Shows requests for approval and takes decisions.", program, decideTimeout, decideMemory,
		a.decideStatements(), variables)
}

func (a *Approval) newFunction(id, description, program string, timeout time.Duration, memory float64, statements []policy.Statement, variables map[string]string) function.Function {
	return function.New(a, id, &function.Props{
		Name: a.nameOf(id), Description: description, Program: program, Timeout: timeout, MemoryMiB: memory, Statements: statements, Environment: variables,
		Key: a.key, LogRetention: a.props.LogRetention, RemovalPolicy: a.props.RemovalPolicy,
	})
}

// nameOf returns the name of a function and of its role, where the record store is in another stack: its bucket policy and its trail name
// them, and cannot refer to this stack. Elsewhere CloudFormation names both.
func (a *Approval) nameOf(id string) string {
	if *awscdk.Stack_Of(a.props.RecordBucket).Node().Path() == *a.stack().Node().Path() {
		return ""
	}
	most := &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(longestName), Separator: jsii.String("-")}
	return *awscdk.Names_UniqueResourceName(a, most) + "-" + id
}

// longestName leaves room for a hyphen and the id of a function in the 64 characters of a name.
const longestName = 64 - len("-"+requestFunctionID)

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
