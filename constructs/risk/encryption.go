package risk

import (
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"
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
	in, use := p.scope.Place, []string{"kms:Decrypt", "kms:GenerateDataKey"}
	statements := []policy.Statement{
		keys.InContext(in, "Executions", machineContext, p.machineContexts(), use...),
		keys.InContext(in, "LogDelivery", deliveryContext, []string{p.deliveryARN()}, "kms:GenerateDataKey"),
		keys.ByService("DeliverLogs", "delivery.logs.amazonaws.com", "kms:Decrypt"),
		keys.LogGroups(in, "Logs", p.logGroupARN()),
	}
	if p.props.AlertTopic == nil || p.props.OperationsTopic == nil {
		statements = append(statements, keys.Through(in, "Topics", "sns", use...))
	}
	if p.props.OperationsTopic == nil {
		// EventBridge names no source when it uses a key: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html
		statements = append(statements, keys.ByService("ReportOutcomes", events, use...))
	}
	if len(p.props.AlertEmails) > 0 {
		statements = append(statements,
			keys.Through(in, "DeadLetters", "sqs", use...),
			keys.ByService("KeepUndeliveredAlerts", "sns.amazonaws.com", use...).If("StringEquals", "aws:SourceAccount", in.Account))
	}
	key, err := keys.Of(p, keyID, &keys.Props{
		In: in, Key: p.props.Key, Prepared: p.props.KeyPrepared, RemovalPolicy: p.props.RemovalPolicy, Statements: statements,
		Description: "Encrypts the data of the clinical risk pipeline's executions, its logs and its messages.",
	})
	if err != nil {
		panic(err)
	}
	p.key, p.keyARN = key, *key.KeyArn()
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
func (p *ClinicalRiskPipeline) deliveryARN() string { return p.scope.ARN("logs", "*") }
