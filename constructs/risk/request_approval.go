package risk

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// functionRetries repeat an invocation that Lambda refused or broke off: the function stores a request once.
var functionRetries = Retry{Errors: services.InvokeFunction.Transient, Attempts: 6, Interval: 2 * time.Second, MaxDelay: time.Minute}

// gated lets a person decide whether the execution goes on after the alert:
//
//	RequestApproval → CheckApproval ─ approved ─→ approved
//	       │ deadline               └ anything else ─→ NotApproved → otherwise
//	       └─→ EscalateApproval ──────────────────────────↑
//
// Requirements: SRC-20, P11-10f
func (p *ClinicalRiskPipeline) gated(approved, otherwise awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	if p.props.Approval == nil {
		return approved
	}
	notApproved := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.NotApproved), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Nobody approved: the downstream systems are not told."),
	}).Next(otherwise)
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckApproval), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Did a person approve?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(`$states.input.`+workflow.Approval+`.decision = "approved"`))),
			approved, because("approved")).
		Otherwise(notApproved)

	request := p.requestApproval()
	request.AddCatch(p.escalateApproval().Next(notApproved), &awsstepfunctions.CatchProps{
		Errors:  jsii.Strings(services.Timeout),
		Outputs: expression(`$merge([$states.input, {"` + workflow.Approval + `": {"decision": "not approved", "reason": "deadline"}}])`),
	})
	return awsstepfunctions.Chain_Start(request).Next(check)
}

// requestApproval asks for a decision and waits for it. It has no heartbeat: nobody sends one, so the task would end after the
// first interval.
//
// Requirements: SRC-20
func (p *ClinicalRiskPipeline) requestApproval() awsstepfunctions.TaskStateBase {
	approval := p.props.Approval
	p.scope.Allow(policy.Allow(workflow.RequestApproval, []string{*approval.RequestFunction().FunctionArn()}, services.InvokeFunction.Operation.Action))
	deadline := fmt.Sprintf("$fromMillis($toMillis($states.context.State.EnteredTime) + %d)", approval.Deadline()/time.Millisecond)
	state := awsstepfunctionstasks.LambdaInvoke_Jsonata(p, jsii.String(workflow.RequestApproval), &awsstepfunctionstasks.LambdaInvokeJsonataProps{
		Comment:                  jsii.String("Asks the approvers and waits for their decision."),
		IntegrationPattern:       awsstepfunctions.IntegrationPattern_WAIT_FOR_TASK_TOKEN,
		LambdaFunction:           approval.RequestFunction(),
		RetryOnServiceExceptions: jsii.Bool(false),
		Payload: awsstepfunctions.TaskInput_FromObject(&map[string]any{
			"taskToken":    expression("$states.context.Task.Token"),
			"execution":    expression("$states.context.Execution.Id"),
			"startedAt":    expression("$states.context.Execution.StartTime"),
			"redriveCount": expression("$states.context.Execution.RedriveCount"),
			"retryCount":   expression("$states.context.State.RetryCount"),
			"trialId":      inputText(workflow.TrialID),
			"subjects":     p.whom(),
			"record":       p.reviewed(),
			"deadline":     expression(deadline),
		}),
		TaskTimeout: timeout(approval.Deadline()),
		Outputs:     expression(`$merge([$states.input, {"` + workflow.Approval + `": $states.result}])`),
	})
	return WithRetries(state, functionRetries)
}

// whom is what an approval is about: the cohort's counts, or the subject.
func (p *ClinicalRiskPipeline) whom() string {
	if p.props.Cohort != nil {
		return expression("$states.input." + workflow.Counts)
	}
	return inputText(workflow.Subject)
}

// reviewed is the place of the records that a person reviews before the decision.
func (p *ClinicalRiskPipeline) reviewed() string {
	if p.props.Cohort != nil {
		return expression(p.recordPlace())
	}
	return inputText(workflow.Record)
}

// escalateApproval tells operations that nobody decided in time.
func (p *ClinicalRiskPipeline) escalateApproval() awsstepfunctions.TaskStateBase {
	p.allowPublish(workflow.EscalateApproval, p.operationsTopic)
	state := awsstepfunctionstasks.SnsPublish_Jsonata(p, jsii.String(workflow.EscalateApproval), &awsstepfunctionstasks.SnsPublishJsonataProps{
		Comment: jsii.String("Tells operations that nobody decided in time."),
		Topic:   p.operationsTopic.ITopic,
		Subject: jsii.String("Clinical risk approval expired"),
		Message: awsstepfunctions.TaskInput_FromObject(&map[string]any{
			"message":     "Nobody decided on an approval before its deadline: it counts as not approved",
			"environment": p.props.Environment,
			"trialId":     inputText(workflow.TrialID),
			"execution":   expression("$states.context.Execution.Id"),
		}),
		TaskTimeout: timeout(notifyTeamTimeout),
		Outputs:     expression("$states.input"),
	})
	return WithRetries(state, alertRetries...)
}
