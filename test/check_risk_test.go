package test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

const answerIsNumber = `( $answer := $states.input.inference; ` +
	`$score := $type($answer) = "object" ? $answer.risk_score : null; $type($score) = "number" ? `

// Requirements: SRC-02, SRC-03
func TestCheckRisk(t *testing.T) {
	p := smallestPipeline(t)
	want := object{
		"Type":    "Choice",
		"Comment": "Is the risk above 0.75?",
		"Choices": []any{
			object{"Condition": "{% " + answerIsNumber + "($score > 0.75 and $score <= 1) : false ) %}", "Comment": "above 0.75", "Next": "NotifyTeam"},
			object{"Condition": "{% " + answerIsNumber + "($score >= 0 and $score <= 1) : false ) %}", "Comment": "another number from 0 to 1", "Next": "End"},
		},
		"Default": "InvalidScore", // an unusable score is never low risk
	}
	if diff := cmp.Diff(want, p.state(t, "CheckRisk")); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-02
func TestCheckRiskThreshold(t *testing.T) {
	p := synthesize(t, "threshold", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) { p.Threshold = 0.00001 }))
	high := p.state(t, "CheckRisk")["Choices"].([]any)[0].(object)["Condition"].(string)
	if !strings.Contains(high, "$score > 0.00001 ") {
		t.Errorf("the condition does not compare with the threshold: %s", high)
	}
	alert := p.state(t, "NotifyTeam")["Arguments"].(object)["Message"].(object)["default"].(string)
	if !strings.Contains(alert, `"threshold": 0.00001,`) {
		t.Errorf("the alert says %s", alert)
	}
}

// Requirements: P11-10a-records
func TestInvalidScore(t *testing.T) {
	want := object{
		"Type":    "Fail",
		"Comment": "An unknown risk is an error that somebody sees, never low risk.",
		"Error":   "InvalidScore",
		"Cause":   "The endpoint dropout-inference answered without a usable score: risk_score must be a number from 0 to 1, once, in an answer without a backslash or an error.",
	}
	if diff := cmp.Diff(want, smallestPipeline(t).state(t, "InvalidScore")); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-03
func TestEnd(t *testing.T) {
	if diff := cmp.Diff(object{"Type": "Pass", "End": true}, smallestPipeline(t).state(t, "End")); diff != "" {
		t.Error(diff)
	}
}
