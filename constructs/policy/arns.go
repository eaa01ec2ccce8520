package policy

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// TopicARN is a topic's ARN.
func TopicARN(topic awssns.ITopic) string { return once(topic, topic.TopicArn) }

// KeyARN is a key's ARN.
func KeyARN(key awskms.IKey) string { return once(key, key.KeyArn) }

// StateMachineARN is a state machine's ARN.
func StateMachineARN(machine awsstepfunctions.IStateMachine) string {
	return once(machine, machine.StateMachineArn)
}

// answers are what the CDK answered, by the construct that was asked about. Every question is a call of its kernel, and nearly a
// tenth of them were for ARNs that were known.
var answers = map[any]string{}

func once(construct any, ask func() *string) string {
	answer, known := answers[construct]
	if !known {
		answer = *ask()
		answers[construct] = answer
	}
	return answer
}
