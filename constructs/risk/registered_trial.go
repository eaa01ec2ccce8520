package risk

import (
	"fmt"
	"strconv"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// claimRetries claim the data cut again. The claim of this execution succeeds again, too.
var claimRetries = []Retry{
	{Errors: services.PutItem.Permanent},
	{Errors: anyError, Attempts: 6, Interval: time.Second, MaxDelay: 30 * time.Second},
}

// trial is the registered trial; nil where the pipeline takes every trial.
func (p *ClinicalRiskPipeline) trial() *trial.Trial {
	if p.props.Alerts == nil {
		return nil
	}
	return p.props.Alerts.Trial()
}

// validateAlerts reports props that do not fit the registered trial.
func (p *ClinicalRiskPipelineProps) validateAlerts() fault.List {
	var faults fault.List
	if p.Approval != nil && p.Approval.IsAboutAlerts() != (p.Alerts != nil) {
		faults.Add("Approval", "must have Alerts where the pipeline has, and only there: people decide about what is new")
	}
	if p.Alerts == nil {
		return faults
	}
	t := p.Alerts.Trial()
	if p.Cohort == nil {
		faults.Add("Cohort", "is required with Alerts, which are those of a trial's runs")
	}
	if p.EndpointName != t.Endpoint.Name {
		faults.Add("EndpointName", fmt.Sprintf("must be that of the trial's file, %q", t.Endpoint.Name), p.EndpointName)
	}
	if p.Threshold != t.Threshold.Value {
		faults.Add("Threshold", fmt.Sprintf("must be that of the trial's file, %v", t.Threshold.Value), p.Threshold)
	}
	if p.AlertTopic != p.Alerts.Topic() {
		faults.Add("AlertTopic", "must be the Topic of the Alerts", fault.Text("another"))
	}
	return faults
}

// recordsBelow is the ARN of the objects of a folder of the record store that executions of this pipeline may reach: those of the
// registered trial, or of every trial.
func (p *ClinicalRiskPipeline) recordsBelow(folder string) string {
	if t := p.trial(); t != nil {
		folder += t.ID + "/"
	}
	return *p.props.Records.Bucket().ArnForObjects(jsii.String(folder + "*"))
}

// ofThisTrial is the JSONata expression of whether the input is one for a run of the registered trial. A test would claim the data cut of
// the trial, and tell people.
func (p *ClinicalRiskPipeline) ofThisTrial() string {
	t := p.trial()
	if t == nil {
		return "true"
	}
	return fmt.Sprintf(`$states.input.%s = %s and $not($exists($states.input.%s)) and $not($exists($states.input.%s))`,
		workflow.TrialID, strconv.Quote(t.ID), workflow.Subject, workflow.Test)
}

// trialNotActive ends every execution of a trial that is planned or closed.
func (p *ClinicalRiskPipeline) trialNotActive() awsstepfunctions.IChainable {
	t := p.trial()
	return awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.TrialNotActive), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("Nobody is scored in a trial that has not begun or is over."),
		Error:   jsii.String(workflow.TrialNotActiveError),
		Cause:   jsii.String(fmt.Sprintf("The file of the trial %s says that it is %s: only an active trial is scored.", t.ID, t.Status)),
	})
}

// claimed is what follows the check of the input: the claim of the data cut, where the trial is registered.
func (p *ClinicalRiskPipeline) claimed(start awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	if p.props.Alerts == nil {
		return start
	}
	return p.claimCut(start)
}

// claimCut claims the data cut of the trial for this execution, before anything is extracted: a data cut is scored once, whoever starts
// the run. A redrive resumes after the claim, and a retry claims again what is its own.
//
//	ClaimCut ─ nobody else's ─→ claimed
//	    └ claimed by another execution ─→ AlreadyScored
func (p *ClinicalRiskPipeline) claimCut(claimed awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	registry, id := p.props.Alerts.Registry(), p.trial().ID
	cut := "(" + trialDataOf(p.props.Extraction).cutDate() + ")"
	text := func(value string) map[string]any { return map[string]any{"S": value} }
	p.scope.Allow(
		registry.In(workflow.ClaimCut, id, services.PutItem.Operation.Action),
		registry.Encryption(p.scope.Place, workflow.ClaimCut+"Encryption"),
	)
	claim := WithRetries(p.callService(workflow.ClaimCut, services.PutItem, arguments{
		comment: "Claims the data cut for this execution.",
		parameters: map[string]any{
			"TableName": *registry.Table().TableName(),
			"Item": map[string]any{
				alert.RegistryPartition: text(alert.Partition(id)),
				alert.RegistrySort:      text(expression(`"` + alert.ClaimKey("") + `" & ` + cut)),
				"execution":             text(expression("$states.context.Execution.Id")),
				"startedAt":             text(expression("$states.context.Execution.StartTime")),
			},
			"ConditionExpression": "attribute_not_exists(" + alert.RegistryPartition + ") OR (execution = :execution AND startedAt = :startedAt)",
			"ExpressionAttributeValues": map[string]any{
				":execution": text(expression("$states.context.Execution.Id")), ":startedAt": text(expression("$states.context.Execution.StartTime")),
			},
		},
		timeout: recordTimeout,
		// What the alerts are, only UpdateAlerts says: not the input.
		output: expression(`$merge([$states.input, {"` + workflow.CutDate + `": ` + cut + `, "` + workflow.Alerts + `": null}])`),
	}), claimRetries...)
	claim.AddCatch(awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.AlreadyScored), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("A data cut is scored once."),
		Error:   jsii.String(workflow.AlreadyScoredError),
		Cause: jsii.String(expression(`"Another execution claimed the data cut " & ` + cut +
			` & " of the trial ` + id + `: redrive that one if it failed, or score another cut."`)),
	}), &awsstepfunctions.CatchProps{Errors: jsii.Strings(services.DynamoDBConditionFailed), Outputs: expression("$states.input")})
	return claim.Next(claimed)
}

// updateTimeout bounds one attempt to update the alerts: the function's own time, and a margin.
const updateTimeout = 15 * time.Minute

// updateRetries update the alerts again. The function repeats no transition and no message's id.
var updateRetries = []Retry{
	{Errors: services.RunFunction.Transient, Attempts: 6, Interval: 2 * time.Second, MaxDelay: time.Minute},
	{Errors: anyError, Attempts: 3, Interval: 10 * time.Second, MaxDelay: 2 * time.Minute},
}

// updateAlerts turns what the run says into transitions of alerts, and tells people of them. If that fails, people hear first what is
// known, and the execution tries again: it then ends under the function's error, and a redrive resumes there.
//
//	UpdateAlerts ─────────────────────────────────────────→ CheckTransitions ─ something new ─→ changed
//	     └ an error ─→ CheckRisk ─ high ─→ NotifyTeam ─→──────┘  │  ↑      └ nothing new ─→ otherwise
//	                       └ low ─→───────────────────────────┘  └→ UpdateAlertsAgain, where that failed
func (p *ClinicalRiskPipeline) updateAlerts(changed, otherwise awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	again := p.updateTask(workflow.UpdateAlertsAgain, "Tries again, after people heard what is known.")
	alerts := "$states.input." + workflow.Alerts
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckTransitions), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is anything new?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression("$states.input."+workflow.Conflicts+" > 0"))), otherwise, because("records of another execution")).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(`$type(`+alerts+`) != "object"`))), again, because("not updated")).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(alerts+".changed > 0"))), changed, because("alerts that are new or worse")).
		Otherwise(otherwise)
	again.Next(check)
	update := p.updateTask(workflow.UpdateAlerts, "Turns what the run says into transitions of alerts, and tells people of them.")
	update.AddCatch(p.checkCohortRisk(p.notifyTeam().Next(check), check), &awsstepfunctions.CatchProps{
		Errors: jsii.Strings(append(anyError, services.QueryEvaluation)...), Outputs: expression("$states.input"),
	})
	return update.Next(check)
}
