// This application adds a pipeline to existing resources: the team's topics and their key, a cluster, an endpoint. It creates none
// of them again, and the pipeline's role reaches these and no others.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

const (
	keyARN     = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
	alerts     = "arn:aws:sns:eu-central-1:123456789012:ClinicalAlerts"
	operations = "arn:aws:sns:eu-central-1:123456789012:Operations"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("ClinicalRisk"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-central-1")},
	})

	// The key's policy stays yours. Leave KeyPrepared out, once, and the synthesis fails with the statements that it needs.
	key := awskms.Key_FromKeyArn(stack, jsii.String("Key"), jsii.String(keyARN))
	topic := func(id, arn string) awssns.ITopic {
		return awssns.Topic_FromTopicAttributes(stack, &id, &awssns.TopicAttributes{TopicArn: &arn, KeyArn: key.KeyArn()})
	}

	risk.NewClinicalRiskPipeline(stack, "Pipeline", &risk.ClinicalRiskPipelineProps{
		Extraction: risk.EMRStep{
			ClusterID:      "j-1EXAMPLE00000",
			Script:         "s3://my-trial-code/jobs/etl.py",
			SparkArguments: []string{"--deploy-mode", "cluster"},
		},
		EndpointName:    "dropout-inference",
		Records:         audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Key: key, KeyPrepared: true}),
		Key:             key,
		KeyPrepared:     true,
		AlertTopic:      topic("Alerts", alerts),
		OperationsTopic: topic("Operations", operations),
	})

	app.Synth(nil)
}
