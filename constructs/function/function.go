// Package function has functions of Lambda in Go: [Build] builds their programs at synthesis, without Docker, and [New] deploys one with a
// role that has exactly the given statements and an encrypted log group. Every machine builds the same bytes.
package function

import (
	"maps"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Props configure a function.
type Props struct {
	// Description says what the function does.
	Description string

	// Program is the folder with its "bootstrap", from [Build].
	Program string

	// Layers are mounted below /opt. Default: none.
	Layers []awslambda.ILayerVersion

	// Name is the name of the function and of its role, 1 to 64 letters, digits and hyphens. A resource of another stack can name a function
	// and a role that have one, without a reference to this stack. Default: CloudFormation names both.
	Name string

	// Timeout is in whole seconds, and MemoryMiB from 128 to 10,240.
	Timeout   time.Duration
	MemoryMiB float64

	// Statements are the permissions of the function, besides those for its logs.
	Statements []policy.Statement

	// Environment are the variables of the program.
	Environment map[string]string

	// Key encrypts the logs, LogRetention says how long they are kept, and RemovalPolicy what happens to them with the stack.
	Key           awskms.IKey
	LogRetention  awslogs.RetentionDays
	RemovalPolicy awscdk.RemovalPolicy
}

// Function is a function with its role.
type Function struct {
	awslambda.Function

	// ExecutionRole is the role of the function. It is complete: granting it more has no effect on the function's own policies.
	ExecutionRole awsiam.Role

	// ARN and RoleARN are the ARNs of the function and of its role. With a Name, they do not refer to a resource of the stack.
	ARN, RoleARN string
}

// New adds a function to scope, with its log group, id and "Logs", its role, id and "Role", and the role's policy, id and
// "RolePermissions".
func New(scope constructs.Construct, id string, props *Props) Function {
	logs := awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		EncryptionKey: props.Key, Retention: props.LogRetention, RemovalPolicy: removal.Kept(props.RemovalPolicy),
	})
	role := policy.NewRole(scope, id+"Role", &policy.RoleProps{
		Name: props.Name, PolicyID: id + "Permissions", PolicyDescription: props.Description, Description: props.Description,
		AssumedBy:  "lambda.amazonaws.com",
		Statements: append(slices.Clone(props.Statements), policy.Allow("Logging", []string{*logs.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents")),
	})
	deployed := &awslambda.FunctionProps{
		Description:  &props.Description,
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		Code:         awslambda.Code_FromAsset(&props.Program, nil),
		Role:         role.WithoutPolicyUpdates(nil),
		LogGroup:     logs,
		Timeout:      awscdk.Duration_Seconds(jsii.Number(props.Timeout.Seconds())),
		MemorySize:   &props.MemoryMiB,
	}
	if props.Name != "" {
		deployed.FunctionName = &props.Name
	}
	if len(props.Layers) > 0 {
		deployed.Layers = &props.Layers
	}
	f := awslambda.NewFunction(scope, &id, deployed)
	// The function names its role, which names its policy: further dependencies are superfluous.
	f.Node().DefaultChild().(awslambda.CfnFunction).AddDeletionOverride(jsii.String("DependsOn"))
	for _, name := range slices.Sorted(maps.Keys(props.Environment)) { // the template shows the order
		f.AddEnvironment(&name, jsii.String(props.Environment[name]), nil)
	}
	if props.Name == "" {
		return Function{f, role, *f.FunctionArn(), *role.RoleArn()}
	}
	in := policy.In(awscdk.Stack_Of(scope))
	return Function{f, role, in.ARN("lambda", "function:"+props.Name), in.Role(props.Name)}
}
