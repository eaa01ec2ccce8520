package risk

import (
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// notifyTeamTimeout bounds one attempt to publish; SNS answers within a second.
const notifyTeamTimeout = 30 * time.Second

// alertRetries are generous: a second alert is better than none. A retry does not help where SNS refuses the message for good.
var alertRetries = []Retry{
	{Errors: services.Publish.Permanent},
	{Errors: anyError, Attempts: 8, Interval: 2 * time.Second, MaxDelay: 2 * time.Minute},
}

// notifyTeam publishes the alert: as JSON (docs/alert.schema.json), and as a text for e-mail. Subscriptions filter by its
// attributes.
func (p *ClinicalRiskPipeline) notifyTeam() awsstepfunctions.TaskStateBase {
	alert := p.scope.finding
	p.allowPublish(workflow.NotifyTeam, p.alertTopic)
	state := awsstepfunctionstasks.SnsPublish_Jsonata(p, jsii.String(workflow.NotifyTeam), &awsstepfunctionstasks.SnsPublishJsonataProps{
		Comment:                    jsii.String("Alerts the team."),
		Topic:                      p.alertTopic.ITopic,
		Subject:                    jsii.String(expression(`(` + isTest + ` ? "` + workflow.TestSubject + ` " : "") & "` + workflow.AlertSubject + `"`)),
		MessagePerSubscriptionType: jsii.Bool(true),
		Message: awsstepfunctions.TaskInput_FromObject(&map[string]any{
			"default": alertJSON(alert),
			"email":   expression(alertText(alert)),
		}),
		MessageAttributes: p.alertAttributes(),
		TaskTimeout:       timeout(notifyTeamTimeout),
		Outputs:           expression(`$merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}])`),
	})
	return WithRetries(state, alertRetries...)
}

// allowPublish lets a state publish to a topic, and use the topic's key to do so.
func (p *ClinicalRiskPipeline) allowPublish(state string, topic topic) {
	p.scope.Allow(policy.Allow(state, []string{topic.arn}, services.Publish.Operation.Action))
	if topic.keyARN != "" {
		p.scope.Allow(p.scope.Through("sns", policy.Allow("TopicEncryption", []string{topic.keyARN}, "kms:GenerateDataKey", "kms:Decrypt")))
	}
}

// alertAttributes are those of the SNS message.
func (p *ClinicalRiskPipeline) alertAttributes() *map[string]*awsstepfunctionstasks.MessageAttribute {
	attribute := func(value string) *awsstepfunctionstasks.MessageAttribute {
		return &awsstepfunctionstasks.MessageAttribute{Value: value, DataType: awsstepfunctionstasks.MessageAttributeDataType_STRING}
	}
	return &map[string]*awsstepfunctionstasks.MessageAttribute{
		"trial":       attribute(inputText(workflow.TrialID)),
		"severity":    attribute("high"),
		"environment": attribute(p.props.Environment),
		"test":        attribute(expression("$string(" + isTest + ")")),
	}
}

// alertField is a line of the alert: a name for programs, a label where people see the line, and the JSONata expression of
// the value.
type alertField struct{ name, label, value string }

// alert has what every alert says. It names trial and execution, and neither a feature nor a score.
//
// Requirements: SRC-23
func (p *ClinicalRiskPipeline) alert(more ...alertField) []alertField {
	return append([]alertField{
		{"message", "", `"High dropout risk detected"`},
		{"environment", "Environment", strconv.Quote(p.props.Environment)},
		{"trialId", "Trial", textOf(workflow.TrialID)},
		{"threshold", "Threshold", strconv.FormatFloat(p.props.Threshold, 'f', -1, 64)},
		{"execution", "Execution", "$states.context.Execution.Id"},
		{"test", "", isTest}, // people see it in the first line
	}, more...)
}

// subjectAlert names the subject by its pseudonymous id. An input without ids still alerts: the execution leads to the
// rest.
func (p *ClinicalRiskPipeline) subjectAlert() []alertField {
	alert := p.alert(alertField{"subject", "Subject", textOf(workflow.Subject)})
	if p.props.Records != nil {
		alert = append(alert, alertField{"records", "Records", textOf(workflow.Record)})
	}
	return alert
}

// cohortAlert has counts, and the place of the records.
func (p *ClinicalRiskPipeline) cohortAlert() []alertField {
	count := func(name string) string { return "$states.input." + workflow.Counts + "." + name }
	return p.alert(
		alertField{"highRisk", "Subjects at high risk", count("high")},
		alertField{"scored", "Subjects scored", count("scored")},
		alertField{"notScored", "Subjects not scored", count("failed")},
		alertField{"subjects", "Subjects", count("subjects")},
		alertField{"records", "Records", p.recordPlace()},
	)
}

func alertJSON(alert []alertField) string {
	versioned := append([]alertField{{"schemaVersion", "", "1"}}, alert...)
	return expression("$string(" + objectOf(versioned) + ")")
}

func alertText(alert []alertField) string {
	lines := []string{`(` + isTest + ` ? "This is a test, and nobody has to act. " : "")`, alert[0].value}
	for _, f := range alert[1:] {
		if f.label != "" {
			lines = append(lines, strconv.Quote("\n"+f.label+": ")+" & ("+f.value+")")
		}
	}
	return strings.Join(lines, " & ")
}
