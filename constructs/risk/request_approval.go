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
//	RequestApproval → ReadApproval → CheckApproval ─ approved and recorded ─→ approved
//	       │ deadline      │ no record       │     └ rejected and recorded ─→ NotApproved → otherwise
//	       │               └─────────────────┴→ ApprovalNotRecorded              ↑
//	       └─→ EscalateApproval ─────────────────────────────────────────────────┘
//
// Whoever may complete the task can send any decision. The execution believes the record, which only the deciding function can write.
//
// Requirements: SRC-20, P11-10f
func (p *ClinicalRiskPipeline) gated(approved, otherwise awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	if p.props.Approval == nil {
		return approved
	}
	notApproved := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.NotApproved), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Nobody approved: the downstream systems are not told."),
	}).Next(otherwise)
	notRecorded := p.addApprovalNotRecorded()
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckApproval), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Did a person approve?"),
	}).
		When(recordedAs("approved"), approved, because("approved and recorded")).
		When(recordedAs("rejected"), notApproved, because("rejected and recorded")).
		Otherwise(notRecorded)
	read := p.readApproval()
	read.AddCatch(notRecorded, &awsstepfunctions.CatchProps{
		Errors:  jsii.Strings(services.S3NoSuchKey, services.S3NoSuchVersion, services.S3Other, services.QueryEvaluation),
		Outputs: expression("$states.input"),
	})

	request := p.requestApproval()
	request.AddCatch(p.escalateApproval().Next(notApproved), &awsstepfunctions.CatchProps{
		Errors:  jsii.Strings(services.Timeout),
		Outputs: expression(`$merge([$states.input, {"` + workflow.Approval + `": {"decision": "not approved", "reason": "deadline"}}])`),
	})
	return awsstepfunctions.Chain_Start(request).Next(read).Next(check)
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
			"requestId":    expression(requestID),
			"record":       p.reviewed(),
			"deadline":     expression(deadline),
		}),
		TaskTimeout: timeout(approval.Deadline()),
		Outputs:     expression(heard),
	})
	return WithRetries(state, functionRetries)
}

// requestID is the JSONata expression of the id of the request: the same when the state is retried, another when it is redriven.
const requestID = `$hash($states.context.Execution.Id & "/" & $states.context.State.EnteredTime & "/" & $string($states.context.Execution.RedriveCount), "SHA-256")`

// heard is the JSONata expression of the state's input with the decision that the task heard, so far as it has the form of one, and with
// the request's own id.
const heard = `(
  $told := $type($states.result) = "object" ? $states.result : {};
  $text := function($value) { $type($value) = "string" ? $value : "" };
  $merge([$states.input, {"` + workflow.Approval + `": {
    "decision": $text($told.decision), "approvalId": $text($told.approvalId), "signer": $text($told.signer), "record": $text($told.record),
    "recordVersion": $text($told.recordVersion), "reviewed": $text($told.reviewed), "requestId": ` + requestID + `}}])
)`

// whom is the JSONata expression of the people that an approval is about: the cohort's counts, or the subject.
func (p *ClinicalRiskPipeline) whom() string {
	if p.props.Cohort != nil {
		return expression("$states.input." + workflow.Counts)
	}
	return inputText(workflow.Subject)
}

// reviewed is the place of the records that a person reviews before the decision.
func (p *ClinicalRiskPipeline) reviewed() string { return expression(p.reviewedPlace()) }

// reviewedPlace is its JSONata expression.
func (p *ClinicalRiskPipeline) reviewedPlace() string {
	if p.props.Cohort != nil {
		return p.recordPlace()
	}
	return textOf(workflow.Record)
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
