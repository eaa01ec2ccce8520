// The CDK application: reads the environments and synthesizes each of them.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/stages"
)

func main() {
	if err := synthesize(stages.Environments()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// synthesize writes the cloud assembly. What the CDK panics with becomes an error: nobody needs its stack trace.
func synthesize(environments []stages.Environment) (err error) {
	if err := stages.Validate(environments); err != nil {
		return err
	}
	defer jsii.Close()
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("synthesis failed: %v", fault)
		}
	}()
	app := awscdk.NewApp(nil)
	for _, environment := range environments {
		stages.NewStage(app, environment)
	}
	app.Synth(nil)
	return nil
}
