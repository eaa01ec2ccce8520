package approval

import (
	"errors"
	"time"

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

// Approval is what a state machine needs to let a person decide: the function that takes its requests, the one that takes
// decisions, its URL, the store of the requests, and the topic that tells the approvers.
//
// The state machine invokes RequestFunction with a task token, and is connected with ConnectTo.
type Approval struct {
	constructs.Construct
	props           ApprovalProps
	in              policy.Place
	key             awskms.IKey
	table           awsdynamodb.Table
	topic           awssns.ITopic
	requestFunction awslambda.Function
	decideFunction  awslambda.Function
	decideRole      awsiam.Role
	url             awslambda.FunctionUrl
	connected       bool
}

// The ids of the constructs within an approval. They decide the logical ids in the template, so they never change.
const (
	keyID             = "Key"
	tableID           = "Requests"
	topicID           = "ApproversTopic"
	requestFunctionID = "RequestFunction"
	decideFunctionID  = "DecideFunction"
	completionID      = "CompletionPermissions"
)

// NewApproval adds an approval to scope. It panics with the error of [ApprovalProps.Validate] when the props are wrong, and
// when the functions cannot be built.
//
// Requirements: SRC-20, P11-10d, P11-10h, P11-30
func NewApproval(scope constructs.Construct, id string, props *ApprovalProps) *Approval {
	stack := awscdk.Stack_Of(scope)
	if err := errors.Join(props.Validate(), props.validateIn(stack).Err()); err != nil {
		panic(err)
	}
	binaries, err := handlers()
	if err != nil {
		panic(err)
	}
	a := &Approval{props: props.withDefaults(), in: policy.In(stack)}
	constructs.NewConstruct_Override(a, scope, &id)

	a.addKey()
	a.addTable()
	a.addTopic()
	a.addDecideFunction(binaries.decide)
	a.addURL()
	a.addRequestFunction(binaries.request)
	a.Node().AddValidation(&connection{a})
	return a
}

// ConnectTo lets decisions complete the tasks of this state machine, the one that invokes RequestFunction, and of no other.
// Key is the customer-managed key that encrypts it, nil for none.
func (a *Approval) ConnectTo(machine awsstepfunctions.IStateMachine, key awskms.IKey) {
	a.connected = true
	awsiam.NewManagedPolicy(a, jsii.String(completionID), &awsiam.ManagedPolicyProps{
		Description: jsii.String("Lets decisions complete the tasks that wait for them."),
		Document:    policy.Document(a.completionStatements(machine, key)...),
		// The policy refers to the role, not the role to the policy: the state machine depends on the request function, which
		// depends on the URL of the decide function, which depends on its role.
		Roles: &[]awsiam.IRole{a.decideRole},
	})
}

// RequestFunction is the function that the state RequestApproval invokes, with lambda:invoke.waitForTaskToken. Its permissions
// are complete, as those of the other function are: granting it more has no effect.
func (a *Approval) RequestFunction() awslambda.Function { return a.requestFunction }

// DecideFunction is the function that lists and shows requests and takes decisions.
func (a *Approval) DecideFunction() awslambda.Function { return a.decideFunction }

// DecisionURL is where approvers list, show and decide, with requests that they sign: clinicalrisk approvals --url.
func (a *Approval) DecisionURL() *string { return a.url.Url() }

// Topic is the topic that tells the approvers of requests.
func (a *Approval) Topic() awssns.ITopic { return a.topic }

// Table is the store of the requests.
func (a *Approval) Table() awsdynamodb.Table { return a.table }

// Deadline is how long a run waits for a decision: the timeout of the state RequestApproval.
func (a *Approval) Deadline() time.Duration { return a.props.Deadline }

// connection refuses to synthesize an approval whose decisions nobody would hear.
type connection struct{ approval *Approval }

// Validate implements constructs.IValidation.
func (c *connection) Validate() *[]*string {
	if c.approval.connected {
		return &[]*string{}
	}
	return jsii.Strings("the approval is not connected: call ConnectTo with the state machine that waits for it")
}

func (a *Approval) stack() awscdk.Stack { return awscdk.Stack_Of(a) }
