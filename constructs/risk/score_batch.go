package risk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// batchModelRetries repeat a batch after every error: subjects of a batch that still fails are counted, not lost.
func (c *Cohort) batchModelRetries() Retry {
	return Retry{Errors: anyError, Attempts: c.ModelAttempts - 1, Interval: 2 * time.Second, MaxDelay: 15 * time.Second}
}

// wakeTime is what one attempt to reach an endpoint that wakes up may take: SageMaker refuses it at once.
const wakeTime = 5 * time.Second

// batchWakeRetries wait for an endpoint that wakes up, as often as the batch has time.
func (c *Cohort) batchWakeRetries() Retry {
	r := Retry{Errors: services.Waking, Interval: 5 * time.Second, MaxDelay: 15 * time.Second}
	for left := services.MaxExpressTime - c.batchTime(); ; r.Attempts++ {
		if left -= min(r.Interval<<min(r.Attempts, 8), r.MaxDelay) + wakeTime; left < 0 {
			return r
		}
	}
}

// scoreBatch is what a child of scoreCohort executes:
//
//	InvokeModel → CheckPredictions ─ one for every subject ─→ RecordDecisions ─ S3.S3Exception ─→ ReadRecords
//	                               └ anything else, or an error ─→ NotScored
//
// Its output is three counts, {"scored", "high", "failed"}. scored and failed add up to the batch: a subject that it cannot
// score or record is counted, and never fails the child. A batch in whose place another execution's record is has a fourth count,
// {"conflicts": 1}.
//
// Requirements: SRC-04
func (p *ClinicalRiskPipeline) scoreBatch() awsstepfunctions.IChainable {
	notScored := awsstepfunctions.Pass_Jsonata(p, jsii.String(workflow.NotScored), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Counts the subjects of a batch that could not be scored or recorded."),
		Outputs: map[string]any{"scored": 0, "high": 0, "failed": expression("$states.input.size")},
	})
	recordDecisions, readRecords := p.recordDecisions(), p.readRecords()
	recordDecisions.AddCatch(readRecords, &awsstepfunctions.CatchProps{Errors: jsii.Strings(services.S3Other), Outputs: expression("$states.input")})
	for _, state := range []awsstepfunctions.TaskStateBase{recordDecisions, readRecords} {
		state.AddCatch(notScored, everything(`{"size": $states.input.size}`))
	}
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
	return &awsstepfunctions.CatchProps{Errors: jsii.Strings(services.Any), Outputs: expression(output)}
}

// featured is the JSONata code that selects the items of a batch that have features. A line that is not an object, or has none, is not
// sent.
func (c *Container) featured() string {
	return `$sendable := function($f) { ` + c.sendable() + ` }; $featured := function($i) { $type($i.item) = "object" ? $sendable($i.item.features) : false }`
}

// decide is the JSONata expression that turns the endpoint's answer into decisions: see [Container.reading]. A subject without a usable
// prediction counts as not scored, and the others of its batch keep their scores. $zip pairs subjects and predictions: an index that is
// not a literal makes JSONata walk the whole array, for each subject.
const decide = `(
  FEATURED;
  ` + bodyText + `;
  $short := function($i) { $length($i.item.subject) <= MOST };
  $subject := function($i) { $type($i.item) = "object" ? ($type($i.item.subject) = "string" ? ($short($i) ? $i.item.subject : "UNKNOWN") : "UNKNOWN") : "UNKNOWN" };
  $site := function($i) { $type($i.item.site) = "string" ? ($length($i.item.site) <= MOST ? $i.item.site : null) : null };
  $identity := function($i) { $merge([{"index": $i.index, "subject": $subject($i)}, $type($site($i)) = "string" ? {"site": $site($i)} : {}]) };
  $lost := function($i, $reason) { $merge([$type($i.item) = "object" ? $identity($i) : {"index": $i.index, "subject": "UNKNOWN"}, {"reason": $reason}]) };
  $items := $states.input.Items;
  $asked := [$filter($items, $featured)];
READING;
PAIRING  $ordered := $clear ? ORDER : [];
  $usable := $clear ? PAIRED : false;
  $decisions := $usable ? [$map($zip($asked, $ordered), function($pair) {
    $scored($pair[1])
      ? $merge([$identity($pair[0]), {"score": $value($pair[1]), "branch": $value($pair[1]) > THRESHOLD ? "ALERT" : "NONE"}, $count($why($pair[1])) > 0 ? {"reasons": $why($pair[1])} : {}ALERTED])
      : $lost($pair[0], "no usable score")
  })] : [];
  $unasked := [$map($filter($items, function($i) { $not($featured($i)) }), function($i) { $lost($i, "no features") })];
  {
    "folder": $states.input.BatchInput.folder,
    "run": $states.input.BatchInput.run,
    "input": $merge([$states.input.BatchInput.input, {"firstIndex": $items[0].index}]),
    "variant": $states.result.InvokedProductionVariant,
    "size": $count($items),
    "usable": $usable,
    "subjects": [$decisions[$exists(branch)]],
    "notScored": $append([$decisions[$exists(reason)]], $unasked)
  }
)`

// byID are the parts of decide that match a prediction to its subject by the id, which every prediction repeats, in any order. A
// prediction that is not where its subject is makes the expression sort them; the subjects are in the order of their ids.
var byID = []string{
	"ORDER", `($paired($predictions) ? $predictions : $sort($predictions, function($l, $r) { $number($l.id) > $number($r.id) }))`,
	"PAIRED", `$paired($ordered)`,
	"PAIRING", `  $own := function($pair) { $type($pair[1]) = "object" ? ($pair[1].id = $string($pair[0].index) ? 1 : 0) : 0 };
  $paired := function($list) { $sum($append([0], $map($zip($asked, $list), $own))) = $count($asked) };
`,
}

// byPosition are the same parts for answers without ids.
var byPosition = []string{"ORDER", "$predictions", "PAIRED", "true", "PAIRING", ""}

// The ways in which a decision record says that predictions were matched to subjects.
const (
	matchedByID       = "id"
	matchedByPosition = "position"
)

// matching says how the predictions of a request are matched to its subjects: in a word, and in decide.
func (c *Container) matching() (word string, parts []string) {
	if c.answer() == AnswerWithIDs {
		return matchedByID, byID
	}
	return matchedByPosition, byPosition
}

// invokeModelForBatch asks for the scores of a batch and decides by them.
func (p *ClinicalRiskPipeline) invokeModelForBatch() awsstepfunctions.TaskStateBase {
	container := p.props.Container
	_, parts := container.matching()
	decisions := strings.NewReplacer(append([]string{
		"FEATURED", container.featured(), "READING", strings.TrimPrefix(container.reading(), "\n"),
		"THRESHOLD", strconv.FormatFloat(p.props.Threshold, 'f', -1, 64), "ALERTED", p.alerted(), "ALERT", workflow.AlertBranch, "NONE", workflow.NoAlertBranch,
		"MOST", strconv.Itoa(workflow.MaxID), "UNKNOWN", workflow.Unknown,
	}, parts...)...).Replace(decide)
	body := map[string]any{workflow.Instances: expression("( " + container.featured() + "; " + container.instances("$filter($states.input.Items, $featured)") + " )")}
	return WithRetries(p.invokeEndpoint(body, p.props.Cohort.ModelTimeout, decisions), p.props.Cohort.batchWakeRetries(), p.props.Cohort.batchModelRetries())
}

// alerted is the JSONata code that adds to the decision about a subject at high risk, in a registered trial, the band of its risk and the
// name of the folder of its alerts: [alert.Item.Events].
func (p *ClinicalRiskPipeline) alerted() string {
	t := p.trial()
	if t == nil {
		return ""
	}
	band := `"` + t.Bands[0].Name + `"`
	for _, b := range t.Bands[1:] {
		band = fmt.Sprintf(`$value($pair[1]) > %s ? %q : %s`, strconv.FormatFloat(b.From, 'f', -1, 64), b.Name, band)
	}
	line := fmt.Sprintf(`$substring($hash(%q & $subject($pair[0]), "SHA-256"), 0, %d)`, t.ID+"/"+t.Endpoint.Name+"/", alert.LineLength)
	return fmt.Sprintf(`, $value($pair[1]) > %s ? {"band": %s, "alerts": %s} : {}`, strconv.FormatFloat(p.props.Threshold, 'f', -1, 64), band, line)
}

// batchKey is the JSONata expression of the key of a batch's record. Its name has the place of the first subject in the cohort.
const batchKey = `$states.input.folder & "batch-" & $formatInteger($states.input.input.firstIndex, "0000000") & ".json"`

// recordDecisions writes the record of the batch.
func (p *ClinicalRiskPipeline) recordDecisions() awsstepfunctions.TaskStateBase {
	record := p.record(map[string]any{
		"run":       expression("$states.input.run"),
		"input":     expression("$states.input.input"),
		"subjects":  expression("$states.input.subjects"),
		"notScored": expression("$states.input.notScored"),
	})
	matched, _ := p.props.Container.matching()
	record["model"].(map[string]any)["matchedBy"] = matched
	state := p.putRecord(workflow.RecordDecisions, batchKey, record, map[string]any{
		"scored": expression("$count($states.input.subjects)"),
		"high":   expression(`$count($states.input.subjects[branch = "` + workflow.AlertBranch + `"])`),
		"failed": expression("$count($states.input.notScored)"),
	})
	return WithRetries(state, batchRecordRetries)
}
