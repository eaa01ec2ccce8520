package risk

import (
	"strconv"
	"strings"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// scoreBatch is what a child of scoreCohort executes:
//
//	InvokeModel → CheckPredictions ─ one for every subject ─→ RecordDecisions
//	                               └ anything else, or an error ─→ NotScored
//
// Its output is three counts, {"scored", "high", "failed"}. scored and failed add up to the batch: a subject that it cannot
// score or record is counted, and never fails the child.
//
// Requirements: SRC-04
func (p *ClinicalRiskPipeline) scoreBatch() awsstepfunctions.IChainable {
	notScored := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.NotScored), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Counts the subjects of a batch that could not be scored or recorded."),
		Outputs: map[string]any{"scored": 0, "high": 0, "failed": expression("$states.input.size")},
	})
	recordDecisions := p.recordDecisions()
	recordDecisions.AddCatch(notScored, everything(`{"size": $states.input.size}`))
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckPredictions), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is there a prediction for every subject?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression("$states.input.usable"))), recordDecisions, because("one for every subject")).
		Otherwise(notScored)
	invokeModel := p.invokeModelForBatch()
	invokeModel.AddCatch(notScored, everything(`{"size": $count($states.input.Items)}`))
	return invokeModel.Next(check)
}

// everything catches every error that can be caught, and goes on with the given data.
func everything(output string) *awsstepfunctions.CatchProps {
	return &awsstepfunctions.CatchProps{Errors: jsii.Strings("States.ALL"), Outputs: expression(output)}
}

// featured selects the items of a batch that have features. A line that is not an object, or has none, is not sent.
const featured = `$featured := function($i) { $type($i.item) = "object" ? $type($i.item.features) = "object" : false }`

// decide is the JSONata expression that turns the endpoint's answer into decisions. The answer is usable if it has one
// prediction for each subject that was sent, in their order. A prediction is usable if it is an object with a score from 0
// to 1; a subject without a usable prediction counts as not scored, and the others of its batch keep their scores. $zip pairs
// subjects and predictions: an index that is not a literal makes JSONata walk the whole array, for each subject.
const decide = `(
  ` + featured + `;
  $scored := function($p) { $type($p) = "object" ? ($type($p.risk_score) = "number" ? ($p.risk_score >= 0 and $p.risk_score <= 1) : false) : false };
  $subject := function($i) { $type($i.item) = "object" ? ($type($i.item.subject) = "string" ? $i.item.subject : "unknown") : "unknown" };
  $lost := function($i, $reason) {{"index": $i.index, "subject": $subject($i), "reason": $reason}};
  $items := $states.input.Items;
  $asked := [$filter($items, $featured)];
  $answer := $parse($states.result.Body);
  $predictions := $type($answer) = "object" ? $answer.predictions : null;
  $usable := $type($predictions) = "array" ? $count($predictions) = $count($asked) : false;
  $decisions := $usable ? [$map($zip($asked, $predictions), function($pair) {
    $scored($pair[1])
      ? {"index": $pair[0].index, "subject": $subject($pair[0]), "score": $pair[1].risk_score, "branch": $pair[1].risk_score > THRESHOLD ? "ALERT" : "NONE"}
      : $lost($pair[0], "no usable score")
  })] : [];
  $unasked := [$map($filter($items, function($i) { $not($featured($i)) }), function($i) { $lost($i, "no features") })];
  {
    "name": $states.input.BatchInput.name,
    "run": $states.input.BatchInput.run,
    "input": $merge([$states.input.BatchInput.input, {"firstIndex": $items[0].index}]),
    "variant": $states.result.InvokedProductionVariant,
    "size": $count($items),
    "usable": $usable,
    "subjects": [$decisions[$exists(branch)]],
    "notScored": $append([$decisions[$exists(reason)]], $unasked)
  }
)`

// invokeModelForBatch asks for the scores of a batch and decides by them.
func (p *ClinicalRiskPipeline) invokeModelForBatch() awsstepfunctions.TaskStateBase {
	threshold := strconv.FormatFloat(p.props.Threshold, 'f', -1, 64)
	decisions := strings.NewReplacer("THRESHOLD", threshold, "ALERT", workflow.AlertBranch, "NONE", workflow.NoAlertBranch).Replace(decide)
	body := map[string]any{
		workflow.Instances: expression("( " + featured + "; [$filter($states.input.Items, $featured).item.features] )"),
	}
	return WithRetries(p.invokeEndpoint(body, p.props.Cohort.ModelTimeout, decisions), p.props.Cohort.modelRetries())
}

// recordDecisions writes the record of the batch. Its name has the place of the first subject in the cohort.
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
	return WithRetries(state, batchRecordRetries)
}
