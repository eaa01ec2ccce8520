package risk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/jsii-runtime-go"
)

// reportOutcomes tells operations of every execution that did not succeed. It works from outside the execution: a
// catch-all state inside would leave a redrive nothing to resume.
func (p *ClinicalRiskPipeline) reportOutcomes() {
	field := func(path string) *string { return awsevents.EventField_FromPath(jsii.String(path)) }
	awsevents.NewRule(p, jsii.String(outcomeRuleID), &awsevents.RuleProps{
		Description: jsii.String("An execution of the clinical risk pipeline did not succeed."),
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": []*string{p.stateMachine.StateMachineArn()},
				"status":          []string{"FAILED", "TIMED_OUT", "ABORTED"},
			},
		},
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewSnsTopic(p.operationsTopic, &awseventstargets.SnsTopicProps{
			// The event also carries the execution's input, output and cause, which may hold subject data, and the error's
			// name, which only some have: a message that names a missing field is not delivered.
			Message: awsevents.RuleTargetInput_FromObject(map[string]any{
				"message":   "An execution of the clinical risk pipeline did not succeed",
				"status":    field("$.detail.status"),
				"execution": field("$.detail.executionArn"),
			}),
		})},
	})
}
