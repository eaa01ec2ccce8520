package risk

import (
	"fmt"
	"strings"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// validIDs is the JSONata expression of whether the input is an object whose ids and cut date, where it has them, are valid. They reach the
// arguments of a job, the keys of records, and the mails and terminals of people. The expressions have no $ at their end, which some
// implementations let match before a line feed. A cut after the day of the run would claim the one of a later run; the day of a trial may
// begin before that of UTC.
const validIDs = `(
  $valid := function($id) {
    $type($id) = "string" ? ($length($id) <= MOST and $not($contains($id, /[^A-Za-z0-9._-]/)) and $contains($id, /^[A-Za-z0-9]/)) : $not($exists($id))
  };
  $day := function($date) {
    $type($date) = "string" ? (
      $known := $length($date) = 10 and $contains($date, /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/);
      $year := $known ? $number($substring($date, 0, 4)) : 0;
      $leap := $year % 4 = 0 and ($year % 100 != 0 or $year % 400 = 0);
      $last := $lookup({"02": $leap ? "29" : "28", "04": "30", "06": "30", "09": "30", "11": "30"}, $substring($date, 5, 2));
      $known and $substring($date, 8) <= ($exists($last) ? $last : "31") and
        $date <= $substring($fromMillis($toMillis($states.context.Execution.StartTime) + 86400000), 0, 10)
    ) : $not($exists($date))
  };
  $type($states.input) = "object" ? ($valid($states.input.TRIAL) and $valid($states.input.SUBJECT) and $day($states.input.CUT)OFTRIAL) : false
)`

// checkInput is the first state. It ends an execution with an invalid id or cut date before a job gets it as an argument.
//
// Requirements: SRC-23
func (p *ClinicalRiskPipeline) checkInput(start awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	rule, ofTrial := "", ""
	if t := p.trial(); t != nil {
		rule = fmt.Sprintf(" %s must be %q, without a %s or a %s.", workflow.TrialID, t.ID, workflow.Subject, workflow.Test)
		ofTrial = " and " + p.ofThisTrial()
	}
	invalid := awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.InvalidInput), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("An id or a date could be an option of a command, a path, or control characters of a terminal."),
		Error:   jsii.String(workflow.InvalidInputError),
		Cause: jsii.String(fmt.Sprintf("%s and %s must each have 1 to %d letters, digits, dots, underscores and hyphens, and begin with a letter or a digit; "+
			"%s must be a day, YYYY-MM-DD, not after that of the run.%s", workflow.TrialID, workflow.Subject, workflow.MaxID, workflow.CutDate, rule)),
	})
	valid := strings.NewReplacer("OFTRIAL", ofTrial, "MOST", fmt.Sprint(workflow.MaxID), "CUT", workflow.CutDate, "TRIAL", workflow.TrialID, "SUBJECT", workflow.Subject).Replace(validIDs)
	return awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckInput), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Are the ids and the cut date valid?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(valid))), start, because("valid")).
		Otherwise(invalid)
}
