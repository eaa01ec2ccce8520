package risk

import (
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"
)

// The keys of the encryption contexts of Step Functions and of log delivery:
// https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
const (
	machineContext  = "aws:states:stateMachineArn"
	deliveryContext = "SourceArn"
)

// addKey takes the user's key or makes one. The key encrypts the definition and the executions' data, the logs, and the
// pipeline's own topics and dead letters. Its policy names each service with the permissions that the service's documentation
// asks for. addKey panics where it can neither extend the policy of the user's key nor rely on it.
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
		// Here EventBridge names no source (aws:SourceAccount, aws:SourceArn), and with such a condition it delivers nothing:
		// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
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

// machineContexts are the ARNs in the encryption context: the state machine's and, with a cohort, its children's, which has
// the label of their map.
func (p *ClinicalRiskPipeline) machineContexts() []string {
	if p.props.Cohort == nil {
		return []string{p.MachineARN()}
	}
	return []string{p.MachineARN(), p.childrenARN()}
}

// deliveryARN is the literal text that the encryption context has for all log groups of an account and region. It is not a
// pattern.
func (p *ClinicalRiskPipeline) deliveryARN() string { return p.scope.ARN("logs", "*") }
