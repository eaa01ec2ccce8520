package approval

import (
	"errors"
	"time"

	"clinical-risk-pipeline/constructs/function"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Approval is what a state machine needs so that a person can decide: the function that takes its requests, the function that
// takes decisions, the store of the requests, and the topic of the approvers.
//
// The state machine invokes RequestFunction with a task token. ConnectTo connects it.
type Approval struct {
	constructs.Construct
	props           ApprovalProps
	in              policy.Place
	key             awskms.IKey
	table           awsdynamodb.Table
	topic           awssns.ITopic
	requestFunction function.Function
	decideFunction  function.Function
	connected       bool
}

// The ids of the constructs in an approval. They decide the logical ids in the template: never change them.
const (
	keyID             = "Key"
	tableID           = "Requests"
	topicID           = "ApproversTopic"
	requestFunctionID = "RequestFunction"
	decideFunctionID  = "DecideFunction"
	completionID      = "CompletionPermissions"
)

// NewApproval adds an approval to scope. It panics with the error of [ApprovalProps.Validate] when the props are wrong, and
// when it cannot build the functions.
//
// Requirements: SRC-20, P11-10d, P11-10h, P11-30
func NewApproval(scope constructs.Construct, id string, props *ApprovalProps) *Approval {
	stack := awscdk.Stack_Of(scope)
	if err := errors.Join(props.Validate(), props.validateIn(stack).Err()); err != nil {
		panic(err)
	}
	programs, err := programs()
	if err != nil {
		panic(err)
	}
	a := &Approval{props: props.withDefaults(), in: policy.In(stack)}
	constructs.NewConstruct_Override(a, scope, &id)

	a.addKey()
	a.addTable()
	a.addTopic()
	a.addDecideFunction(programs[1])
	a.admitApprovers()
	a.addRequestFunction(programs[0])
	a.Node().AddValidation(&connection{a})
	return a
}

// ConnectTo lets decisions complete the tasks of the state machine that invokes RequestFunction, and of no other. Key is the
// customer-managed key that encrypts the state machine, or nil.
func (a *Approval) ConnectTo(machine awsstepfunctions.IStateMachine, key awskms.IKey) {
	a.connected = true
	awsiam.NewManagedPolicy(a, jsii.String(completionID), &awsiam.ManagedPolicyProps{
		Description: jsii.String("Lets decisions complete the tasks that wait for them."),
		Document:    policy.Document(a.completionStatements(machine, key)...),
		// The policy refers to the role, not the role to the policy. The state machine depends on the request function, which
		// depends on the decide function, which depends on the role.
		Roles: &[]awsiam.IRole{a.decideFunction.ExecutionRole},
	})
}

// RequestFunction returns the function that the state RequestApproval invokes with lambda:invoke.waitForTaskToken. The roles
// of both functions are complete: granting them more has no effect.
func (a *Approval) RequestFunction() awslambda.Function { return a.requestFunction.Function }

// DecideFunction returns the function that approvers invoke to list, show and decide: clinicalrisk approvals --function. A trail that
// logs its invocations shows an auditor who decided, independently of the function: audit.Trail.LogInvocations.
func (a *Approval) DecideFunction() awslambda.Function { return a.decideFunction.Function }

// DecideFunctionARN and DecideRoleARN return the ARNs of DecideFunction and of its role. Where the record store is in another stack, they
// do not refer to a resource, so that this stack may depend on that one.
func (a *Approval) DecideFunctionARN() string { return a.decideFunction.ARN }

// DecideRoleARN returns the ARN of the role of DecideFunction: see DecideFunctionARN.
func (a *Approval) DecideRoleARN() string { return a.decideFunction.RoleARN }

// Topic returns the topic that tells the approvers of requests.
func (a *Approval) Topic() awssns.ITopic { return a.topic }

// Table returns the store of the requests.
func (a *Approval) Table() awsdynamodb.Table { return a.table }

// IsAboutAlerts reports whether people decide about what is new, by the registry of alerts: see [ApprovalProps].
func (a *Approval) IsAboutAlerts() bool { return a.props.Alerts }

// Deadline returns how long a run waits for a decision: the timeout of the state RequestApproval.
func (a *Approval) Deadline() time.Duration { return a.props.Deadline }

// connection refuses to synthesize an approval without a state machine that waits for its decisions.
type connection struct{ approval *Approval }

// Validate implements constructs.IValidation.
func (c *connection) Validate() *[]*string {
	if c.approval.connected {
		return &[]*string{}
	}
	return jsii.Strings("the approval is not connected: call ConnectTo with the state machine that waits for it")
}

func (a *Approval) stack() awscdk.Stack { return awscdk.Stack_Of(a) }
