package risk

import (
	"slices"

	"clinical-risk-pipeline/constructs/policy"
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
		Document:    policy.Document(p.statements()...),
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
		"StringEquals": map[string]any{"aws:SourceAccount": p.in.Account},
		"ArnLike":      map[string]any{"aws:SourceArn": []string{p.machineARN(), p.machineARN() + ":*", p.machineARN() + "/*"}},
	}})
}

// Requirements: SRC-13, P11-10d
func (p *ClinicalRiskPipeline) statements() []policy.Statement {
	statements := slices.Concat(
		p.props.Extraction.statements(p),
		[]policy.Statement{policy.Allow(workflow.InvokeModel, []string{p.endpointARN()}, "sagemaker:InvokeEndpoint")},
		p.cohortStatements(),
		p.recordStatements(),
		[]policy.Statement{publish(workflow.NotifyTeam, p.alertTopic)},
		p.approvalStatements(),
		p.downstreamStatements(),
		p.topicEncryptionStatements(),
		p.encryptionStatements(),
	)
	// Log delivery and X-Ray have no resources to name:
	// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
	// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
	statements = append(statements,
		policy.Allow("Logging", []string{"*"},
			"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
			"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
		policy.Allow("Tracing", []string{"*"},
			"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
	)
	return statements
}

// publish lets an execution publish to a topic.
func publish(state string, topic awssns.ITopic) policy.Statement {
	return policy.Allow(state, []string{policy.TopicARN(topic)}, "sns:Publish")
}

// topicEncryptionStatements let an execution use the keys of the topics that it publishes to.
func (p *ClinicalRiskPipeline) topicEncryptionStatements() []policy.Statement {
	topics := []awssns.ITopic{p.alertTopic}
	if p.props.Approval != nil {
		topics = append(topics, p.operationsTopic)
	}
	var encrypting []string
	for _, topic := range topics {
		if key := topic.MasterKey(); key != nil && !slices.Contains(encrypting, policy.KeyARN(key)) {
			encrypting = append(encrypting, policy.KeyARN(key))
		}
	}
	if len(encrypting) == 0 {
		return nil
	}
	return []policy.Statement{p.through("sns", policy.Allow("TopicEncryption", encrypting, "kms:GenerateDataKey", "kms:Decrypt"))}
}

// passRole lets an execution hand a role to a service, and to no other.
func passRole(name, roleARN, service string) policy.Statement {
	return policy.Allow(name, []string{roleARN}, "iam:PassRole").If("StringEquals", "iam:PassedToService", service)
}

// through limits a statement on a key to its use by a service on the role's behalf.
func (p *ClinicalRiskPipeline) through(service string, statement policy.Statement) policy.Statement {
	return statement.If("StringEquals", "kms:ViaService", p.in.Service(service))
}
