package risk

import (
	"fmt"
	"strings"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// checkCohortRisk asks whether any subject is above the threshold. The counts are the pipeline's own.
//
// Requirements: SRC-02
func (p *ClinicalRiskPipeline) checkCohortRisk(high, low awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	return awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckRisk), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is any subject at high risk?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression("$states.input."+workflow.Counts+".high > 0"))), high, because("one subject or more")).
		Otherwise(low)
}

// checkCoverage fails an execution that did not score and record every subject of its cohort, or found records of another execution in
// the place of its own. It comes last, so that the team has heard of the subjects at high risk.
//
// Requirements: SRC-04, P11-10a-records
func (p *ClinicalRiskPipeline) checkCoverage(complete awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	counts, most := "$states.input."+workflow.Counts, p.props.Cohort.MaxSubjects
	unscored, unexplained := counts+".failed", ""
	if p.props.Alerts != nil { // who cannot be scored for a known reason is a finding that somebody owns
		unscored, unexplained = "$states.input."+workflow.Alerts+".unexplained", ", and no finding explains why"
	}
	cause := strings.NewReplacer("COUNTS", counts, "MOST", fmt.Sprint(most), "UNSCORED", unscored, "WHY", unexplained).Replace(
		`COUNTS.subjects = 0 ? "The cohort is empty." : ` +
			`COUNTS.subjects > MOST ? "The cohort has more than MOST subjects: only MOST were scored." : ` +
			`$string(UNSCORED) & " of " & $string(COUNTS.subjects) & " subjects were not scored and recordedWHY."`)
	incomplete := awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.IncompleteScoring), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("A subject without a score is an error that somebody sees, never low risk."),
		Error:   jsii.String(workflow.IncompleteScoringError),
		Cause:   jsii.String(expression(cause)),
	})
	conflicts := "$states.input." + workflow.Conflicts
	conflict := awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.RecordConflict), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("Records in this place are not this execution's."),
		Error:   jsii.String(workflow.RecordConflictError),
		Cause:   jsii.String(expression(`"Another execution, cohort or definition wrote the records of " & $string(` + conflicts + `) & " batches."`)),
	})
	return awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckCoverage), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Was every subject scored and recorded?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(conflicts+" > 0"))), conflict, because("records of another execution")).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(fmt.Sprintf(
			"%[1]s.subjects > 0 and %[1]s.subjects <= %[2]d and %[3]s = 0", counts, most, unscored)))), complete, because("every subject")).
		Otherwise(incomplete)
}
