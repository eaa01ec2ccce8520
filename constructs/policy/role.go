package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/fault"
)

// RoleProps describe a role that a service assumes.
type RoleProps struct {
	// PolicyID is the construct id of the role's policy. Further ones, where one is not enough, add a number, from 2. Default: the
	// role's id and "Permissions".
	PolicyID string

	// Name is the name of the role, 1 to 64 characters. Default: CloudFormation names it.
	Name string

	// Description says who assumes the role, and PolicyDescription what the role may do. Default: none.
	Description, PolicyDescription string

	// AssumedBy is the service that may assume the role, for instance "lambda.amazonaws.com". Conditions limit that.
	AssumedBy  string
	Conditions map[string]any

	// Statements are the permissions of the role, and More those of its further parts. A part stays together in one policy, if
	// one holds it.
	Statements []Statement
	More       [][]Statement
}

// NewRole adds a role, and managed policies with its statements: as many as hold them. It panics where a role takes more. Pass the
// role on with WithoutPolicyUpdates: otherwise the CDK adds wider statements of its own.
func NewRole(scope constructs.Construct, id string, props *RoleProps) awsiam.Role {
	policyID := props.PolicyID
	if policyID == "" {
		policyID = id + "Permissions"
	}
	policies := pack(awscdk.Stack_Of(scope), append([][]Statement{props.Statements}, props.More...))
	if len(policies) > policiesOfARole {
		var faults fault.List
		faults.Add(id, fmt.Sprintf("must need at most %d managed policies of %d characters, which IAM attaches to a role: let fewer systems hear of an alert",
			policiesOfARole, maxPolicySize), len(policies))
		panic(faults.Err())
	}
	var managed []awsiam.IManagedPolicy
	for i, statements := range policies {
		name := policyID
		if i > 0 {
			name += strconv.Itoa(i + 1)
		}
		slices.SortFunc(statements, func(a, b Statement) int { return strings.Compare(a.Name, b.Name) })
		managed = append(managed, awsiam.NewManagedPolicy(scope, &name, &awsiam.ManagedPolicyProps{
			Description: optional(props.PolicyDescription),
			Document:    Document(statements...),
		}))
	}
	principal := &awsiam.ServicePrincipalOpts{}
	if props.Conditions != nil {
		principal.Conditions = &props.Conditions
	}
	return awsiam.NewRole(scope, &id, &awsiam.RoleProps{
		RoleName:        optional(props.Name),
		Description:     optional(props.Description),
		AssumedBy:       awsiam.NewServicePrincipal(&props.AssumedBy, principal),
		ManagedPolicies: &managed,
	})
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return jsii.String(text)
}

// Observability lets a state machine deliver its logs and traces. The actions have no resources to name:
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
func Observability() []Statement {
	return []Statement{
		Allow("Logging", []string{"*"},
			"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
			"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
		Allow("Tracing", []string{"*"},
			"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
	}
}
