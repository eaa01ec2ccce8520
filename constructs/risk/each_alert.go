package risk

import (
	"fmt"
	"strings"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// alertsAtOnce is how many alerts the downstream systems are told of at the same time.
const alertsAtOnce = 5

// tellsOfEach reports whether downstream systems are told of each alert of a cohort: where an approval or a registry of alerts names the
// subjects. Else they are told of the run, with its counts.
func (p *ClinicalRiskPipelineProps) tellsOfEach() bool {
	return p.Cohort != nil && (p.Approval != nil || p.Alerts != nil)
}

// longestQueue is how many alerts may have to be told one after the other.
func (p *ClinicalRiskPipelineProps) longestQueue() time.Duration {
	if p.tellsOfEach() {
		return approval.MostCases / alertsAtOnce
	}
	return 1
}

// each is the JSONata expression of the alerts that downstream systems are told of: those that a person approved, or the new ones of a
// trial that asks nobody. A state's data and an execution's history hold so many at most.
func (p *ClinicalRiskPipeline) each() string {
	if p.props.Approval != nil {
		return "$states.input." + workflow.Approval + ".approved"
	}
	return fmt.Sprintf(`$states.input.%[1]s.changed > $count($states.input.%[1]s.news) ? $error("More than %[2]d alerts are new: the downstream systems are not told of so many.") : $states.input.%[1]s.news`,
		workflow.Alerts, approval.MostCases)
}

// oneAlert is the JSONata expression of the data of one alert: those of the run, with the subject and the alert's id. Without a registry,
// the id is of this run and subject.
const oneAlert = `$merge([
  $sift($states.input, function($v, $k) { $not($k in ["APPROVAL", "ALL_ALERTS", "DOWNSTREAM"]) }),
  {"SUBJECT": $states.context.Map.Item.Value.subject,
   "ALERT_ID": $exists($states.context.Map.Item.Value.alert) ? $states.context.Map.Item.Value.alert :
     $substring($hash($states.context.Execution.Id & "/" & $states.context.Map.Item.Value.subject, "SHA-256"), 0, 32)}])`

// named puts the names of the data into a JSONata expression.
func named(jsonata string) string {
	return strings.NewReplacer("APPROVAL", workflow.Approval, "ALL_ALERTS", workflow.Alerts, "ALERT_ID", workflow.AlertID, "SUBJECT", workflow.Subject,
		"DOWNSTREAM", workflow.Downstream).Replace(jsonata)
}

// forEachAlert tells a downstream system of each alert, of some at the same time. Each system has a Map of its own: a redrive repeats the
// iterations that failed, from their first state, and no other system's.
//
// Requirements: SRC-22
func (p *ClinicalRiskPipeline) forEachAlert(system Downstream, next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	told := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.Told+system.ID()), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Keeps what the system answered."),
		Outputs: expression(named(`{"alert": $states.input.ALERT_ID, "subject": $states.input.SUBJECT, "answer": $states.input.DOWNSTREAM.` + system.ID() + `}`)),
	})
	outside := p.scope.finding
	p.scope.eachAlert = true
	p.scope.finding = append(append([]alertField(nil), outside...),
		alertField{"subject", "Subject", textOf(workflow.Subject)}, alertField{"alert", "Alert", textOf(workflow.AlertID)})
	first := system.AddStates(p.scope, told)
	p.scope.eachAlert, p.scope.finding = false, outside

	each := awsstepfunctions.Map_Jsonata(p, jsii.String(workflow.ForEach+system.ID()), &awsstepfunctions.MapJsonataProps{
		Comment:             jsii.String("Tells the system of each alert."),
		Items:               awsstepfunctions.ProvideItems_Jsonata(jsii.String(expression(p.each()))),
		JsonataItemSelector: jsii.String(expression(named(oneAlert))),
		MaxConcurrency:      jsii.Number(alertsAtOnce),
		Outputs:             expression(p.scope.WithAnswer(system.ID(), "$states.result")),
	})
	each.ItemProcessor(awsstepfunctions.Chain_Start(first), nil)
	return each.Next(next)
}

// told is what follows an alert that nobody has to approve any more: one downstream system after the other, and then next.
func (p *ClinicalRiskPipeline) told(next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	first := next
	for i := len(p.props.Downstream) - 1; i >= 0; i-- {
		p.scope.statements.Into(i + 1) // of the role's policies
		if p.props.tellsOfEach() {
			first = p.forEachAlert(p.props.Downstream[i], first)
		} else {
			first = p.props.Downstream[i].AddStates(p.scope, first)
		}
	}
	p.scope.statements.Into(0)
	return first
}
