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

// notifyTeam publishes the alert. It says who, in which trial and by which execution, by their pseudonymous ids, and
// neither a feature nor the score. An input without ids still alerts: the execution's ARN leads to the rest.
func (p *ClinicalRiskPipeline) notifyTeam() awsstepfunctions.TaskStateBase {
	state := awsstepfunctionstasks.SnsPublish_Jsonata(p, jsii.String(workflow.NotifyTeam), &awsstepfunctionstasks.SnsPublishJsonataProps{
		Comment: jsii.String("Alerts the team."),
		Topic:   p.alertTopic,
		Subject: jsii.String(workflow.AlertSubject),
		Message: awsstepfunctions.TaskInput_FromObject(&map[string]any{
			"message":   "High dropout risk detected",
			"trialId":   inputText(workflow.TrialID),
			"subject":   inputText(workflow.Subject),
			"threshold": p.props.Threshold,
			"execution": expression("$states.context.Execution.Id"),
		}),
		TaskTimeout: timeout(notifyTeamTimeout),
		Outputs:     expression(`$merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}])`),
	})
	return retrying(state, alertRetries)
}

// inputText is a text of the execution's input, or "unknown" where the input has none.
func inputText(field string) string {
	return expression(fmt.Sprintf(`$type($states.input.%[1]s) = "string" ? $states.input.%[1]s : "unknown"`, field))
}
