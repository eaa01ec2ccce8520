package risk

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// notifyTeamTimeout bounds one attempt to publish; SNS answers within a second.
const notifyTeamTimeout = 30 * time.Second

// notifyTeam publishes the alert.
func (p *ClinicalRiskPipeline) notifyTeam(alert map[string]any) awsstepfunctions.TaskStateBase {
	state := awsstepfunctionstasks.SnsPublish_Jsonata(p, jsii.String(workflow.NotifyTeam), &awsstepfunctionstasks.SnsPublishJsonataProps{
		Comment:     jsii.String("Alerts the team."),
		Topic:       p.alertTopic,
		Subject:     jsii.String(workflow.AlertSubject),
		Message:     awsstepfunctions.TaskInput_FromObject(&alert),
		TaskTimeout: timeout(notifyTeamTimeout),
		Outputs:     expression(`$merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}])`),
	})
	return retrying(state, alertRetries)
}

// alert is what every alert says. It names trial and execution, and neither a feature nor a score.
func (p *ClinicalRiskPipeline) alert() map[string]any {
	return map[string]any{
		"message":   "High dropout risk detected",
		"trialId":   inputText(workflow.TrialID),
		"threshold": p.props.Threshold,
		"execution": expression("$states.context.Execution.Id"),
	}
}

// subjectAlert names the subject by its pseudonymous id. An input without ids still alerts: the execution leads to the
// rest.
func (p *ClinicalRiskPipeline) subjectAlert() map[string]any {
	alert := p.alert()
	alert["subject"] = inputText(workflow.Subject)
	if p.props.Records != nil {
		alert["record"] = inputText(workflow.Record)
	}
	return alert
}

// cohortAlert gives counts, and the place of the records.
func (p *ClinicalRiskPipeline) cohortAlert() map[string]any {
	alert := p.alert()
	for name, count := range map[string]string{"subjects": "subjects", "scored": "scored", "highRisk": "high", "notScored": "failed"} {
		alert[name] = expression("$states.input." + workflow.Counts + "." + count)
	}
	alert["records"] = expression(p.recordPlace())
	return alert
}

// inputText is a text of the execution's input, or "unknown" where the input has none.
func inputText(field string) string {
	return expression(fmt.Sprintf(`$type($states.input.%[1]s) = "string" ? $states.input.%[1]s : "unknown"`, field))
}
