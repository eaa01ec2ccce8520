package risk

import (
	"clinical-risk-pipeline/constructs/policy"
)

// addRole makes the role that executions assume, with the statements that the states asked for, and those of the state machine
// itself. The CDK would add wider ones of its own, so the state machine gets the role without the right to extend it.
//
// Requirements: SRC-10, SRC-13, P11-10d
func (p *ClinicalRiskPipeline) addRole() {
	p.scope.Allow(policy.Observability()...)
	p.scope.Allow(
		// They name no service: Step Functions uses the key with the role of the execution itself.
		policy.Allow("ExecutionEncryption", []string{p.keyARN}, "kms:Decrypt", "kms:GenerateDataKey").
			InContext(machineContext, p.machineContexts()...),
		policy.Allow("LogEncryption", []string{p.keyARN}, "kms:GenerateDataKey").InContext(deliveryContext, p.deliveryARN()),
	)
	parts := p.scope.statements.Parts()
	p.role = policy.NewRole(p, roleID, &policy.RoleProps{
		Name:              p.roleName(),
		PolicyID:          policyID,
		PolicyDescription: "What an execution of the clinical risk pipeline may do.",
		Description:       "Assumed by executions of the clinical risk pipeline.",
		AssumedBy:         "states.amazonaws.com",
		Conditions:        p.ownExecutions(),
		Statements:        parts[0],
		More:              parts[1:],
	})
}

// ownExecutions are the conditions under which Step Functions acts for this state machine, its versions, aliases and children:
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
func (p *ClinicalRiskPipeline) ownExecutions() map[string]any {
	return map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": p.scope.Account},
		"ArnLike":      map[string]any{"aws:SourceArn": []string{p.MachineARN(), p.MachineARN() + ":*", p.MachineARN() + "/*"}},
	}
}
