package test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNotifyTeam(t *testing.T) {
	p := synthesize(t, "smallest", smallest)
	got := p.state(t, "NotifyTeam")
	arguments := got["Arguments"].(object)
	if arn, ok := arguments["TopicArn"].(string); !ok || arn == "" {
		t.Errorf("TopicArn is %v", arguments["TopicArn"])
	}
	want := object{
		"Type":     "Task",
		"Comment":  "Alerts the team.",
		"Resource": "arn:aws:states:::sns:publish",
		"Arguments": object{
			"TopicArn": arguments["TopicArn"],
			"Subject":  "Trial Risk Alert",
			// No feature, no score: the ids lead those who may see them there.
			"Message": object{
				"message":   "High dropout risk detected",
				"trialId":   `{% $type($states.input.trialId) = "string" ? $states.input.trialId : "unknown" %}`,
				"subject":   `{% $type($states.input.subject) = "string" ? $states.input.subject : "unknown" %}`,
				"threshold": 0.75,
				"execution": "{% $states.context.Execution.Id %}",
			},
		},
		"TimeoutSeconds": 30.0,
		"Retry": []any{
			never("SNS.InvalidParameterException", "SNS.InvalidParameterValueException", "SNS.AuthorizationErrorException",
				"SNS.NotFoundException", "SNS.EndpointDisabledException", "SNS.KMSAccessDeniedException",
				"SNS.KMSDisabledException", "SNS.KMSInvalidStateException", "SNS.KMSNotFoundException"),
			retrier(8, 2, 120, "States.TaskFailed", "States.Timeout"),
		},
		"Output": `{% $merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}]) %}`,
		"Next":   "End",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
