package risk

import (
	"strings"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// updated is the JSONata expression of the data with what the function answered. An answer without its counts is an error: whether
// anything is new decides whether a person is asked.
const updated = `(
  $answer := $states.result.Payload;
  $whole := function($n) { $type($n) = "number" ? $n >= 0 and $floor($n) = $n : false };
  $type($answer) = "object" and $whole($answer.changed) and $whole($answer.explained) and $whole($answer.unexplained) and $type($answer.news) = "array" ?
    $merge([$states.input, {"ALERTS": $answer}]) : $error("The function answered without its counts.")
)`

// updateTask invokes the function with the address of everything that it reads.
func (p *ClinicalRiskPipeline) updateTask(state, comment string) awsstepfunctions.TaskStateBase {
	update := p.props.Alerts.UpdateFunction()
	p.scope.Allow(policy.Allow(workflow.UpdateAlerts, []string{*update.FunctionArn()}, services.RunFunction.Operation.Action))
	return WithRetries(awsstepfunctionstasks.LambdaInvoke_Jsonata(p, &state, &awsstepfunctionstasks.LambdaInvokeJsonataProps{
		Comment:                  &comment,
		LambdaFunction:           update,
		RetryOnServiceExceptions: jsii.Bool(false),
		Payload: awsstepfunctions.TaskInput_FromObject(&map[string]any{
			"execution": expression("$states.context.Execution.Id"),
			"startedAt": expression("$states.context.Execution.StartTime"),
			"trialId":   inputText(workflow.TrialID),
			"cutDate":   expression("$states.input." + workflow.CutDate),
			"records":   expression(recordFolder),
			"cohort":    expression("$states.input." + workflow.CohortObject),
			"counts":    expression("$states.input." + workflow.Counts),
		}),
		TaskTimeout: timeout(updateTimeout),
		Outputs:     expression(strings.ReplaceAll(updated, "ALERTS", workflow.Alerts)),
	}), updateRetries...)
}
