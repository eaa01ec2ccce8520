package risk

import (
	"fmt"
	"strconv"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// checkRisk decides by the score. Each condition establishes that the score is a number before it compares it: in JSONata
// a comparison with a missing or textual score is a runtime error. An answer that neither condition accepts is not a score,
// and never 'low risk'.
//
// Requirements: SRC-02
func (p *ClinicalRiskPipeline) checkRisk(high, low, invalid awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	threshold := strconv.FormatFloat(p.props.Threshold, 'f', -1, 64)
	return awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckRisk), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is the risk above " + threshold + "?"),
	}).
		When(scoreIs("$score > "+threshold+" and $score <= 1"), high, because("above "+threshold)).
		When(scoreIs("$score >= 0 and $score <= 1"), low, because("another number from 0 to 1")).
		Otherwise(invalid)
}

// scoreIs is true where the endpoint answered with an object whose score is a number, $score, that meets the test.
func scoreIs(test string) awsstepfunctions.Condition {
	return awsstepfunctions.Condition_Jsonata(jsii.String(expression(fmt.Sprintf(
		`( $answer := $states.input.%s; $score := $type($answer) = "object" ? $answer.%s : null; $type($score) = "number" ? (%s) : false )`,
		workflow.Inference, workflow.RiskScore, test))))
}

// invalidScore ends an execution whose subject got no usable score. Its cause is fixed: the answer itself may repeat
// subject data.
//
// Requirements: P11-10a-records
func (p *ClinicalRiskPipeline) invalidScore() awsstepfunctions.IChainable {
	return awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.InvalidScore), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("An unknown risk is an error that somebody sees, never low risk."),
		Error:   jsii.String(workflow.InvalidScoreError),
		Cause: jsii.String(fmt.Sprintf("The endpoint %s answered without a usable score: %s must be a number from 0 to 1, once, in an answer without a backslash or an error.",
			p.props.EndpointName, workflow.RiskScore)),
	})
}
