package risk

import (
	"clinical-risk-pipeline/constructs/keys"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
)

// The context that Step Functions and the delivery of logs encrypt in:
// https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
const (
	machineContext  = "aws:states:stateMachineArn"
	deliveryContext = "SourceArn"
)

// addKey takes the user's key or makes one: it encrypts the definition and the executions' data, the logs, and the pipeline's
// own topics with their dead letters. Its policy names the services, each with the permissions that their documentation asks
// for. It panics when the policy of the user's key is out of reach and not prepared.
//
// Requirements: SRC-16, P11-30
func (p *ClinicalRiskPipeline) addKey() {
	p.key = p.props.Key
	if p.key == nil {
		p.key = keys.New(p, keyID, "Encrypts the data of the clinical risk pipeline's executions, its logs and its messages.", p.props.RemovalPolicy)
	}
	statements := []awsiam.PolicyStatement{
		keys.InContext("Executions", machineContext, p.machineContexts(), "kms:Decrypt", "kms:GenerateDataKey"),
		keys.InContext("LogDelivery", deliveryContext, []string{p.deliveryARN()}, "kms:GenerateDataKey"),
		keys.ByService("DeliverLogs", "delivery.logs.amazonaws.com", nil, "kms:Decrypt"),
		keys.LogGroups(p.stack, "Logs", p.logGroupARN()),
	}
	if p.props.AlertTopic == nil || p.props.OperationsTopic == nil {
		statements = append(statements, keys.Through(p.stack, "Topics", "sns", "kms:Decrypt", "kms:GenerateDataKey"))
	}
	if p.props.OperationsTopic == nil {
		// EventBridge names no source when it uses a key: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html
		statements = append(statements, keys.ByService("ReportOutcomes", events, nil, "kms:Decrypt", "kms:GenerateDataKey"))
	}
	if len(p.props.AlertEmails) > 0 {
		statements = append(statements,
			keys.Through(p.stack, "DeadLetters", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
			keys.ByService("KeepUndeliveredAlerts", "sns.amazonaws.com",
				map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": p.account}}, "kms:Decrypt", "kms:GenerateDataKey"))
	}
	if err := keys.Extend(p.stack, p.key, p.props.KeyPrepared, statements...); err != nil {
		panic(err)
	}
}

// encryptionStatements let an execution encrypt and decrypt its own data, and what it logs. They name no service: Step
// Functions uses the key with the role of the execution itself.
func (p *ClinicalRiskPipeline) encryptionStatements() []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{
		inContext(allow("ExecutionEncryption", []string{*p.key.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey"), machineContext, p.machineContexts()),
		inContext(allow("LogEncryption", []string{*p.key.KeyArn()}, "kms:GenerateDataKey"), deliveryContext, []string{p.deliveryARN()}),
	}
}

// machineContexts are the ARNs that stand for the pipeline: that of the state machine, and of a cohort also that of its
// children, which carries the label of their map.
func (p *ClinicalRiskPipeline) machineContexts() []string {
	if p.props.Cohort == nil {
		return []string{p.machineARN()}
	}
	return []string{p.machineARN(), p.childrenARN()}
}

// deliveryARN stands for the log groups of the stack's account and region, as a literal: it is no pattern.
func (p *ClinicalRiskPipeline) deliveryARN() string { return p.arn("logs", "*") }
