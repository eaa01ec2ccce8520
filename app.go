// The CDK application. It reads the environments and their settings, and synthesizes each environment and, if the settings
// describe one, the promotion.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/gates"
	"clinical-risk-pipeline/stages"
)

func main() {
	err := synthesize(stages.Environments, os.Environ())
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // before Close: jsii may print a message without a line break when its kernel ends
	}
	jsii.Close()
	if err != nil {
		os.Exit(1)
	}
}

// synthesize writes the cloud assembly. A panic, of the CDK or about the files of trials, becomes an error, without its stack trace.
func synthesize(known func() []stages.Environment, variables []string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("synthesis failed: %v", fault)
		}
	}()
	app := awscdk.NewApp(nil)
	context, _ := app.Node().GetAllContext(nil).(map[string]any)
	environments, promotion, err := plan(stages.ReadSettings(known(), context, variables))
	if err != nil {
		return err
	}
	for _, environment := range environments {
		stages.NewStage(app, environment)
	}
	if promotion != nil {
		stages.NewPromotion(app, *promotion)
	}
	gates.Synth(app)
	return nil
}

// plan returns what to synthesize, with a nil promotion if the settings describe none. It reports every fault at once.
func plan(settings stages.Settings) ([]stages.Environment, *stages.Promotion, error) {
	environments, err := settings.Environments()
	promotion := settings.Promotion()
	if promotion != nil {
		return environments, promotion, errors.Join(err, promotion.Validate()) // with its environments
	}
	return environments, nil, errors.Join(err, stages.Validate(environments))
}
