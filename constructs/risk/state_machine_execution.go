package risk

import (
	"cmp"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// StateMachineExecution starts an execution of another Standard state machine and waits for its end. Its input says what
// the alert says. A retry repeats the execution's name, so that it runs once; a redrive of a pipeline whose downstream
// execution failed starts another one.
//
// Requirements: SRC-22
type StateMachineExecution struct {
	// Name names the states: "Start" and Name. 1 to 40 letters and digits, the first a capital.
	Name string

	// StateMachine is the state machine to start, in the pipeline's own account and region.
	StateMachine awsstepfunctions.IStateMachine

	// Key is the customer-managed key that encrypts StateMachine: waiting for an execution's end includes reading its output.
	// The key's policy has to let the account use it. Default: none.
	Key awskms.IKey

	// Timeout bounds the execution, in whole seconds, one minute or more. Default: one hour.
	Timeout time.Duration
}

// executionRetries repeat a start that was refused; the execution itself runs once.
var executionRetries = submission(services.StartExecution)

// ID implements [Downstream].
func (e StateMachineExecution) ID() string { return e.Name }

// Validate implements [Downstream].
func (e StateMachineExecution) Validate() error {
	var faults fault.List
	if e.StateMachine == nil {
		faults.Add("StateMachine", "is required: the state machine to start")
	}
	faults.Include(validateTimeout(e.Timeout, time.Minute))
	return faults.Err()
}

func (e StateMachineExecution) validateIn(stack awscdk.Stack) fault.List {
	if e.StateMachine == nil {
		return nil
	}
	return check.InStack("StateMachine", e.StateMachine.Env(), stack)
}

// TimeLimit implements [Downstream].
func (e StateMachineExecution) TimeLimit() time.Duration { return cmp.Or(e.Timeout, time.Hour) }

// AddStates implements [Downstream]: it starts the execution and waits for its end.
func (e StateMachineExecution) AddStates(scope *Scope, next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	state, machine := "Start"+e.Name, *e.StateMachine.StateMachineArn()
	e.allow(scope, state, machine)
	task := scope.NewTask(state, Task{
		Comment:     "Starts the downstream state machine and waits for its end.",
		Integration: services.StartExecution.Integration,
		Timeout:     e.TimeLimit(),
		Arguments: map[string]any{
			"StateMachineArn": machine,
			"Name":            expression(scope.Once(e.Name) + ` & "-" & $string($states.context.Execution.RedriveCount)`),
			"Input":           expression(scope.Finding()),
		},
		Output: scope.WithAnswer(e.Name, `{"execution": $states.result.ExecutionArn}`),
	})
	return awsstepfunctions.Chain_Start(WithRetries(task, executionRetries)).Next(next)
}

func (e StateMachineExecution) allow(scope *Scope, state, machine string) {
	name := *awscdk.Arn_Split(&machine, awscdk.ArnFormat_COLON_RESOURCE_NAME).ResourceName
	scope.Allow(
		policy.Allow(state, []string{machine}, services.StartExecution.Operation.Action),
		policy.Allow(state+"Run", []string{scope.ARN("states", "execution:"+name+":*")}, services.StartExecution.JobActions()...),
	)
	scope.AllowManagedRule(state, services.StartExecution.Rule)
	if e.Key != nil {
		decrypt := policy.Allow(state+"Encryption", []string{*e.Key.KeyArn()}, "kms:Decrypt")
		scope.Allow(scope.Through("states", decrypt).InContext(machineContext, machine))
	}
}
