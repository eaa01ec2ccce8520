package gates

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// On reports whether the gates are on, which they are unless CDK_VALIDATION is "false". The CDK reads the variable when its kernel
// starts, so a program cannot change it for itself.
func On() bool { return os.Getenv("CDK_VALIDATION") != "false" }

// Synth synthesizes the application behind the gates. If they find errors, the CDK command that started the application prints them
// and fails. Without a command Synth panics. It sets ValidateOnSynthesis, because the command otherwise ignores stacks in stages
// without a message.
//
// Requirements: P11-10a, P11-10k2
func Synth(app awscdk.App) {
	if On() {
		for _, scope := range scopes(app) {
			addPacks(scope)
			for _, s := range Suppressions() {
				s.apply(scope)
			}
		}
		awscdk.Validations_Of(app).AddPlugins(Validator()) // the CDK accepts rules only once, at the application
	}
	app.Synth(&awscdk.StageSynthesisOptions{ValidateOnSynthesis: jsii.Bool(true)})
}

// scopes returns the stages, and the stacks outside stages. A pack checks only the scope that it is added to: from the application it
// reaches no stage, from a stack no stage inside it, and it gives no warning.
func scopes(parent constructs.IConstruct) []constructs.IConstruct {
	var found []constructs.IConstruct
	for _, child := range *parent.Node().Children() {
		switch {
		case *awscdk.Stage_IsStage(child):
			found = append(found, child)
		case *awscdk.Stack_IsStack(child):
			found = append(append(found, child), stagesIn(child)...)
		}
	}
	return found
}

// stagesIn returns the stages that a pipeline's stack deploys.
func stagesIn(stack constructs.IConstruct) []constructs.IConstruct {
	var found []constructs.IConstruct
	for _, child := range *stack.Node().Children() {
		if *awscdk.Stage_IsStage(child) {
			found = append(found, child)
		}
	}
	return found
}
