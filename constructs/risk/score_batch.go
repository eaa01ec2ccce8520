package risk

import (
	"strconv"
	"strings"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// scoreBatch is what a child of scoreCohort executes:
//
//	InvokeModel → CheckPredictions ─ a usable score for each ─→ RecordDecisions
//	                               └ anything else, or an error ─→ NotScored
//
// It answers with three counts, {"scored", "high", "failed"}, that add up to the batch: what it could not score or record
// it counts, and never fails for.
func (p *ClinicalRiskPipeline) scoreBatch() awsstepfunctions.IChainable {
	notScored := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.NotScored), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Counts the subjects of a batch that could not be scored or recorded."),
		Outputs: map[string]any{"scored": 0, "high": 0, "failed": expression("$states.input.size")},
	})
	recordDecisions := p.recordDecisions()
	recordDecisions.AddCatch(notScored, everything(`{"size": $states.input.size}`))
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckPredictions), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is there a usable score for every subject?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression("$states.input.usable"))), recordDecisions, because("one for every subject")).
		Otherwise(notScored)
	invokeModel := p.invokeModelForBatch()
	invokeModel.AddCatch(notScored, everything(`{"size": $count($states.input.Items)}`))
	return invokeModel.Next(check)
}

// everything catches all that can be caught, and goes on with the given data.
func everything(output string) *awsstepfunctions.CatchProps {
	return &awsstepfunctions.CatchProps{Errors: jsii.Strings("States.ALL"), Outputs: expression(output)}
}

// featured picks the items of a batch that have features. Lines that are no object, or have none, are not sent.
const featured = `$featured := function($i) { $type($i.item) = "object" ? $type($i.item.features) = "object" : false }`

// subjectOf is an item's subject.
const subjectOf = `$subject := function($i) { $type($i.item) = "object" ? ($type($i.item.subject) = "string" ? $i.item.subject : "unknown") : "unknown" }`

// invokeModelForBatch asks for the scores of a batch and turns the answer into decisions. The answer is usable if it has
// one prediction for each subject that was sent, each an object with a score from 0 to 1.
func (p *ClinicalRiskPipeline) invokeModelForBatch() awsstepfunctions.TaskStateBase {
	threshold := strconv.FormatFloat(p.props.Threshold, 'f', -1, 64)
	decisions := strings.NewReplacer("THRESHOLD", threshold, "ALERT", workflow.AlertBranch, "NONE", workflow.NoAlertBranch).Replace(`(
  ` + featured + `;
  ` + subjectOf + `;
  $items := $states.input.Items;
  $asked := [$filter($items, $featured)];
  $answer := $parse($states.result.Body);
  $predictions := $type($answer) = "object" ? $answer.predictions : null;
  $scored := function($p) { $type($p) = "object" ? ($type($p.risk_score) = "number" ? ($p.risk_score >= 0 and $p.risk_score <= 1) : false) : false };
  $usable := $type($predictions) = "array" ? ($count($predictions) = $count($asked) and $count($filter($predictions, $scored)) = $count($asked)) : false;
  {
    "name": $states.input.BatchInput.name,
    "run": $states.input.BatchInput.run,
    "input": $merge([$states.input.BatchInput.input, {"firstIndex": $items[0].index}]),
    "variant": $states.result.InvokedProductionVariant,
    "size": $count($items),
    "usable": $usable,
    "subjects": $usable ? [$map($asked, function($i, $n) {{"index": $i.index, "subject": $subject($i), "score": $predictions[$n].risk_score, "branch": $predictions[$n].risk_score > THRESHOLD ? "ALERT" : "NONE"}})] : [],
    "notScored": [$map($filter($items, function($i) { $not($featured($i)) }), function($i) {{"index": $i.index, "subject": $subject($i), "reason": "no features"}})]
  }
)`)
	state := awsstepfunctionstasks.CallAwsService_Jsonata(p, jsii.String(workflow.InvokeModel),
		p.invokeEndpoint(map[string]any{
			workflow.Instances: expression("( " + featured + "; [$filter($states.input.Items, $featured).item.features] )"),
		}, p.props.Cohort.ModelTimeout, expression(decisions)))
	return retrying(state, p.props.Cohort.modelRetries())
}

// recordDecisions writes the record of the batch, named after its first subject's place in the cohort.
func (p *ClinicalRiskPipeline) recordDecisions() awsstepfunctions.TaskStateBase {
	key := `"` + workflow.RecordFolder + `/" & $states.input.name & "/batch-" & $formatInteger($states.input.input.firstIndex, "0000000") & ".json"`
	record := p.record(map[string]any{
		"run":       expression("$states.input.run"),
		"input":     expression("$states.input.input"),
		"subjects":  expression("$states.input.subjects"),
		"notScored": expression("$states.input.notScored"),
	})
	state := p.putRecord(workflow.RecordDecisions, key, record, map[string]any{
		"scored": expression("$count($states.input.subjects)"),
		"high":   expression(`$count($states.input.subjects[branch = "` + workflow.AlertBranch + `"])`),
		"failed": expression("$count($states.input.notScored)"),
	})
	return retrying(state, batchRecordRetries)
}
