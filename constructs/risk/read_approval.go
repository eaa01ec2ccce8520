package risk

import (
	"fmt"
	"strings"
	"time"

	approvals "clinical-risk-pipeline/lambda/approval"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// readApprovalRetries are generous: a decision that cannot be read has to be asked for again.
var readApprovalRetries = []Retry{
	{Errors: append([]string{services.QueryEvaluation}, services.GetObject.Permanent...)},
	{Errors: anyError, Attempts: 8, Interval: 2 * time.Second, MaxDelay: 2 * time.Minute},
}

// confirmed is the JSONata expression of the data with whether the record confirms the decision that the execution heard: for this
// execution and this request, about the records that the request named, with an approved subject where it says so; and with the approved
// subjects. The record ends in the list of the reviewed records, which may be longer than a state's data: the execution reads the beginning
// and leaves the list out.
const confirmed = `(
  $heard := $states.input.APPROVAL;
  $record := $parse($substringBefore($states.result.Body, LIST) & "}}");
  $approved := [$record.verdicts[verdict = "approved"].{"subject": subject, "alert": alert}];
  $recorded := $heard.decision in ["approved", "rejected"] and $record.decision = $heard.decision and $record.execution = $states.context.Execution.Id and
    $record.requestId = $heard.requestId and $record.reviewed.sha256 = $heard.reviewed and $record.reviewed.place = PLACE and
    ($record.decision = "approved") = ($count($approved) > 0);
  $merge([$states.input, {"APPROVAL": $merge([$heard, {"recorded": $recorded, "approved": $recorded ? $approved : []}])}])
)`

// approvalBytes is how much of a record the execution reads.
var approvalBytes = fmt.Sprintf("bytes=0-%d", approvals.ReadableBytes-1)

// readApproval reads the record of the decision in the locked store, under the key that the request's id decides and in the version
// that the decision names.
//
// Requirements: SRC-20, P11-10f, P11-70
func (p *ClinicalRiskPipeline) readApproval() awsstepfunctions.TaskStateBase {
	approval := "$states.input." + workflow.Approval
	key := `"` + approvals.ApprovalsPrefix + `" & (` + textOf(workflow.TrialID) + `) & "/" & ` + approval + `.requestId & ".json"`
	records := p.recordsBelow(approvals.ApprovalsPrefix)
	p.scope.Allow(policy.Allow(workflow.ReadApproval, []string{records}, services.GetObject.VersionAction))
	p.allowDecryptRecords()
	recorded := strings.NewReplacer("APPROVAL", workflow.Approval, "PLACE", "("+p.reviewedPlace()+")", "LIST", `",\n    \"objects\": ["`).Replace(confirmed)
	return WithRetries(p.callService(workflow.ReadApproval, services.GetObject, arguments{
		comment: "Reads the record of the decision: a callback alone approves nothing.",
		parameters: ofObject(p.props.Records.Bucket(), key, map[string]any{
			"VersionId": expression(approval + `.recordVersion != "" ? ` + approval + `.recordVersion : $error("The decision names no version of its record.")`),
			"Range":     approvalBytes,
		}),
		timeout: recordTimeout,
		output:  expression(recorded),
	}), readApprovalRetries...)
}

// recordedAs is true where the record confirms the decision.
func recordedAs(decision string) awsstepfunctions.Condition {
	approval := "$states.input." + workflow.Approval
	return awsstepfunctions.Condition_Jsonata(jsii.String(expression(approval + `.recorded = true and ` + approval + `.decision = "` + decision + `"`)))
}

// addApprovalNotRecorded adds the state that ends an execution whose decision no record confirms. Its cause repeats nothing that the
// callback said.
func (p *ClinicalRiskPipeline) addApprovalNotRecorded() awsstepfunctions.IChainable {
	return awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.ApprovalNotRecorded), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("A decision without its record is an error that somebody sees, never an approval."),
		Error:   jsii.String(workflow.ApprovalNotRecordedError),
		Cause:   jsii.String("The execution heard a decision, and no record in the store confirms it for this execution, request and records."),
	})
}
