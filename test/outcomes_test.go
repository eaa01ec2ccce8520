package test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Requirements: SRC-05, SRC-18
func TestOperationsHearOfEveryExecutionThatDidNotSucceed(t *testing.T) {
	rule := smallestPipeline(t).resource(t, "AWS::Events::Rule")
	want := object{
		"source":      []any{"aws.states"},
		"detail-type": []any{"Step Functions Execution Status Change"},
		"detail": object{
			"stateMachineArn": []any{object{"Ref": "PipelineStateMachine1814BD05"}},
			"status":          []any{"FAILED", "TIMED_OUT", "ABORTED"},
		},
	}
	if diff := cmp.Diff(want, rule["EventPattern"]); diff != "" {
		t.Error(diff)
	}
	target := rule["Targets"].([]any)[0].(object)
	if diff := cmp.Diff(object{"Ref": "PipelineOperationsTopicE42ACECD"}, target["Arn"]); diff != "" {
		t.Error(diff)
	}
}

// The event has the input and the output of the execution. The message takes the status and the ARN only.
//
// Requirements: SRC-23
func TestOperationsGetNoSubjectData(t *testing.T) {
	rule := smallestPipeline(t).resource(t, "AWS::Events::Rule")
	want := object{
		"InputPathsMap": object{"status": "$.detail.status", "execution": "$.detail.executionArn"},
		"InputTemplate": `{"message": "An execution of the clinical risk pipeline did not succeed", "status": <status>, "execution": <execution>}`,
	}
	if diff := cmp.Diff(want, rule["Targets"].([]any)[0].(object)["InputTransformer"]); diff != "" {
		t.Error(diff)
	}
}

func TestEventBridgeMayUseTheKeyAndPublish(t *testing.T) {
	p := smallestPipeline(t)
	key := text(p.resource(t, "AWS::KMS::Key")["KeyPolicy"])
	topic := text(p.resources("AWS::SNS::TopicPolicy")["PipelineOperationsTopicPolicy85079BAB"])
	for name, policy := range map[string]string{"key": key, "topic": topic} {
		if !strings.Contains(policy, `"Service": "events.amazonaws.com"`) {
			t.Errorf("the policy of the %s does not name EventBridge: %s", name, policy)
		}
	}
}
