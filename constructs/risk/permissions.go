package risk

import (
	"slices"

	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// addRole makes the role that executions assume, with exactly the statements below. The CDK would add wider ones of its
// own, so the state machine gets the role without the right to extend it.
//
// Requirements: SRC-10
func (p *ClinicalRiskPipeline) addRole() {
	policy := awsiam.NewManagedPolicy(p, jsii.String(policyID), &awsiam.ManagedPolicyProps{
		Description: jsii.String("What an execution of the clinical risk pipeline may do."),
		Statements:  p.statements(),
	})
	p.role = awsiam.NewRole(p, jsii.String(roleID), &awsiam.RoleProps{
		Description:     jsii.String("Assumed by executions of the clinical risk pipeline."),
		AssumedBy:       p.executions(),
		ManagedPolicies: &[]awsiam.IManagedPolicy{policy},
	})
}

// executions are the principal that Step Functions is on behalf of this state machine, its versions, aliases and children:
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
func (p *ClinicalRiskPipeline) executions() awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &awsiam.ServicePrincipalOpts{Conditions: &map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": p.account},
		"ArnLike":      map[string]any{"aws:SourceArn": []string{p.machineARN(), p.machineARN() + ":*", p.machineARN() + "/*"}},
	}})
}

// Requirements: SRC-13, P11-10d
func (p *ClinicalRiskPipeline) statements() *[]awsiam.PolicyStatement {
	statements := slices.Concat(
		p.props.Extraction.statements(p),
		[]awsiam.PolicyStatement{allow(workflow.InvokeModel, []string{p.endpointARN()}, "sagemaker:InvokeEndpoint")},
		p.cohortStatements(),
		p.recordStatements(),
		[]awsiam.PolicyStatement{publish(workflow.NotifyTeam, p.alertTopic)},
		p.approvalStatements(),
		p.downstreamStatements(),
		p.topicEncryptionStatements(),
		p.encryptionStatements(),
	)
	// Log delivery and X-Ray have no resources to name:
	// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
	// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
	statements = append(statements,
		allow("Logging", []string{"*"},
			"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
			"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
		allow("Tracing", []string{"*"},
			"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
	)
	return &statements
}

// publish lets an execution publish to a topic.
func publish(state string, topic awssns.ITopic) awsiam.PolicyStatement {
	return allow(state, []string{*topic.TopicArn()}, "sns:Publish")
}

// topicEncryptionStatements let an execution use the keys of the topics that it publishes to.
func (p *ClinicalRiskPipeline) topicEncryptionStatements() []awsiam.PolicyStatement {
	topics := []awssns.ITopic{p.alertTopic}
	if p.props.Approval != nil {
		topics = append(topics, p.operationsTopic)
	}
	var encrypting []string
	for _, topic := range topics {
		if key := topic.MasterKey(); key != nil && !slices.Contains(encrypting, *key.KeyArn()) {
			encrypting = append(encrypting, *key.KeyArn())
		}
	}
	if len(encrypting) == 0 {
		return nil
	}
	return []awsiam.PolicyStatement{p.through("sns", allow("TopicEncryption", encrypting, "kms:GenerateDataKey", "kms:Decrypt"))}
}

// allow is a statement named after the state that needs it.
func allow(name string, resources []string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: &name, Actions: jsii.Strings(actions...), Resources: jsii.Strings(resources...),
	})
}

// passRole lets an execution hand a role to a service, and to no other.
func passRole(name, roleARN, service string) awsiam.PolicyStatement {
	statement := allow(name, []string{roleARN}, "iam:PassRole")
	statement.AddCondition(jsii.String("StringEquals"), map[string]string{"iam:PassedToService": service})
	return statement
}

// through limits a statement on a key to its use by a service on the role's behalf.
func (p *ClinicalRiskPipeline) through(service string, statement awsiam.PolicyStatement) awsiam.PolicyStatement {
	statement.AddCondition(jsii.String("StringEquals"), map[string]string{"kms:ViaService": keys.Service(p.stack, service)})
	return statement
}

// inContext limits a statement on a key to what has this encryption context.
func inContext(statement awsiam.PolicyStatement, context string, values []string) awsiam.PolicyStatement {
	statement.AddCondition(jsii.String("StringEquals"), map[string]any{"kms:EncryptionContext:" + context: values})
	return statement
}
