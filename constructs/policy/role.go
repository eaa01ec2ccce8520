package policy

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// RoleProps describe a role that a service assumes.
type RoleProps struct {
	// PolicyID is the construct id of the role's policy. Default: the role's id and "Permissions".
	PolicyID string

	// Description says who assumes the role, and PolicyDescription what the role may do. Default: none.
	Description, PolicyDescription string

	// AssumedBy is the service that may assume the role, for instance "lambda.amazonaws.com". Conditions limit that.
	AssumedBy  string
	Conditions map[string]any

	// Statements are all permissions of the role.
	Statements []Statement
}

// NewRole adds a role, and a managed policy with its statements. Pass the role on with WithoutPolicyUpdates: otherwise the
// CDK adds wider statements of its own.
func NewRole(scope constructs.Construct, id string, props *RoleProps) awsiam.Role {
	policyID := props.PolicyID
	if policyID == "" {
		policyID = id + "Permissions"
	}
	permissions := awsiam.NewManagedPolicy(scope, &policyID, &awsiam.ManagedPolicyProps{
		Description: optional(props.PolicyDescription),
		Document:    Document(props.Statements...),
	})
	principal := &awsiam.ServicePrincipalOpts{}
	if props.Conditions != nil {
		principal.Conditions = &props.Conditions
	}
	return awsiam.NewRole(scope, &id, &awsiam.RoleProps{
		Description:     optional(props.Description),
		AssumedBy:       awsiam.NewServicePrincipal(&props.AssumedBy, principal),
		ManagedPolicies: &[]awsiam.IManagedPolicy{permissions},
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
