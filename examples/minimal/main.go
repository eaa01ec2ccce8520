// This is the smallest application: a pipeline with its required props. It makes a topic that the team can subscribe to.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/risk"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("ClinicalRisk"), nil)

	risk.NewClinicalRiskPipeline(stack, "Pipeline", &risk.ClinicalRiskPipelineProps{
		Extraction: risk.EMRStep{
			ClusterID: "j-1EXAMPLE00000",
			Script:    "s3://my-trial-code/jobs/etl.py",
		},
		EndpointName: "dropout-inference",
	})

	app.Synth(nil)
}
