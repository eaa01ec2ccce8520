package gates

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// On says whether there are gates: always, unless CDK_VALIDATION is "false". The CDK reads the variable where its kernel
// starts, so a program cannot change it for itself.
func On() bool { return os.Getenv("CDK_VALIDATION") != "false" }

// Synth synthesizes the application behind the gates. Errors that they find fail the command that asked for the synthesis,
// and are printed by it; without a command, Synth panics. The command line asks about stacks in stages only where
// ValidateOnSynthesis says so, and passes over them in silence otherwise.
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
		awscdk.Validations_Of(app).AddPlugins(Validator()) // the CDK takes rules at the application only, and once
	}
	app.Synth(&awscdk.StageSynthesisOptions{ValidateOnSynthesis: jsii.Bool(true)})
}

// scopes are the stages, and the stacks that are in none: packs look into each, but not from one into another, nor from the
// application into any, and they do not say so.
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

// stagesIn are the stages that a pipeline's stack deploys.
func stagesIn(stack constructs.IConstruct) []constructs.IConstruct {
	var found []constructs.IConstruct
	for _, child := range *stack.Node().Children() {
		if *awscdk.Stage_IsStage(child) {
			found = append(found, child)
		}
	}
	return found
}
