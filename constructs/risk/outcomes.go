package risk

import (
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"
)

// events is the principal of EventBridge.
const events = "events.amazonaws.com"

// outcomeMessage has the fields that every event has. EventBridge does not deliver a message that names a missing field, and
// the event of an execution that a customer-managed key encrypts has neither data nor error and cause: https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
const outcomeMessage = `{"message": "An execution of the clinical risk pipeline did not succeed", "status": <status>, "execution": <execution>}`

// reportOutcomes tells operations of every execution that did not succeed. It works from outside the execution: a
// catch-all state inside would leave a redrive nothing to resume. The CDK's own target would let EventBridge do more with the
// topic's key than it needs.
//
// Requirements: SRC-05, SRC-18
func (p *ClinicalRiskPipeline) reportOutcomes() {
	awsevents.NewCfnRule(p, jsii.String(outcomeRuleID), &awsevents.CfnRuleProps{
		Description: jsii.String("An execution of the clinical risk pipeline did not succeed."),
		State:       jsii.String("ENABLED"),
		EventPattern: map[string]any{
			"source":      []string{"aws.states"},
			"detail-type": []string{"Step Functions Execution Status Change"},
			"detail": map[string]any{
				"stateMachineArn": []string{*p.stateMachine.StateMachineArn()}, // of every version
				"status":          []string{"FAILED", "TIMED_OUT", "ABORTED"},
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:  jsii.String("Operations"),
			Arn: &p.operationsTopic.arn,
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: map[string]string{"status": "$.detail.status", "execution": "$.detail.executionArn"},
				InputTemplate: jsii.String(outcomeMessage),
			},
		}},
	})
	// EventBridge names no source to a topic, so a condition on aws:SourceAccount would refuse every message:
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
	publish := policy.Allow("ReportOutcomes", []string{p.operationsTopic.arn}, "sns:Publish").For(policy.Service(events))
	p.operationsTopic.AddToResourcePolicy(publish.CDK())
}
