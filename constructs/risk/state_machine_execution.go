package risk

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// StateMachineExecution starts an execution of another Standard state machine and waits for its end. Its input says what
// the alert says. It is started under a name that a retry repeats, so that it runs once; a redrive of a pipeline whose
// downstream execution failed starts it again.
//
// Requirements: SRC-22
type StateMachineExecution struct {
	// Name names the states: "Start" and Name. 1 to 40 letters and digits, the first a capital.
	Name string

	// StateMachine is the state machine to start, in the pipeline's own account and region.
	StateMachine awsstepfunctions.IStateMachine

	// Key is the customer-managed key that encrypts StateMachine: who waits for an execution's end reads its output. The key's
	// policy has to let the account use it. Default: none.
	Key awskms.IKey

	// Timeout bounds the execution, in whole seconds, one minute or more. Default: one hour.
	Timeout time.Duration
}

func (e StateMachineExecution) name() string { return e.Name }

func (e StateMachineExecution) validate() []error {
	var faults []error
	if e.StateMachine == nil {
		faults = append(faults, fmt.Errorf("StateMachine is required: the state machine to start"))
	}
	if e.Timeout != 0 {
		if err := validTimeout("Timeout", e.Timeout, time.Minute); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

func (e StateMachineExecution) timeLimit() time.Duration {
	limit := e.Timeout
	setDefault(&limit, time.Hour)
	return limit
}

func (e StateMachineExecution) state() string { return "Start" + e.Name }

// addStates starts the execution. What repeats is a submission that was refused: the execution itself runs once.
func (e StateMachineExecution) addStates(p *ClinicalRiskPipeline, next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	state := awsstepfunctions.NewCustomState(p, jsii.String(e.state()), &awsstepfunctions.CustomStateProps{StateJson: &map[string]any{
		"Type":     "Task",
		"Comment":  "Starts the downstream state machine and waits for its end.",
		"Resource": p.integration("states:startExecution.sync:2"),
		"Arguments": map[string]any{
			"StateMachineArn": *e.StateMachine.StateMachineArn(),
			"Name":            expression(correlation(e.Name) + ` & "-" & $string($states.context.Execution.RedriveCount)`),
			"Input":           expression(objectOf(p.finding())),
		},
		"TimeoutSeconds": e.timeLimit().Seconds(),
		"Output":         expression(withDownstream(e.Name, `{"execution": $states.result.ExecutionArn}`)),
	}})
	return awsstepfunctions.Chain_Start(retrying(state, executionRetries)).Next(next)
}

// statements follow https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html.
func (e StateMachineExecution) statements(p *ClinicalRiskPipeline) []policy.Statement {
	machine := *e.StateMachine.StateMachineArn()
	name := *awscdk.Arn_Split(&machine, awscdk.ArnFormat_COLON_RESOURCE_NAME).ResourceName
	statements := []policy.Statement{
		policy.Allow(e.state(), []string{machine}, "states:StartExecution"),
		policy.Allow(e.state()+"Run", []string{p.arn("states", "execution:"+name+":*")}, "states:DescribeExecution", "states:StopExecution"),
		p.managedRule(e.state(), "StepFunctionsGetEventsForStepFunctionsExecutionRule"),
	}
	if e.Key != nil {
		decrypt := policy.Allow(e.state()+"Encryption", []string{*e.Key.KeyArn()}, "kms:Decrypt")
		statements = append(statements, inContext(p.through("states", decrypt), machineContext, []string{machine}))
	}
	return statements
}
