package call

import "context"

// service says how a service is spoken to.
type service struct {
	errors  string // what the names of errors start with, in optimized integrations
	sdk     string // and in the others
	signing string // the name of the service in signatures
	target  string // of JSON: what X-Amz-Target has before the operation
	version string // of JSON: "1.0" or "1.1"
	camel   bool   // of JSON: names of members start with a small letter

	perform func(ctx context.Context, r *request) (any, error)
}

// services are the services by their names in resources of tasks.
var services map[string]service

func init() { // The functions refer to the table.
	services = map[string]service{
		"athena":           {errors: "Athena", sdk: "Athena", signing: "athena", target: "AmazonAthena", version: "1.1", perform: performJSON},
		"cloudwatch":       {errors: "CloudWatch", sdk: "CloudWatch", signing: "monitoring", target: "GraniteServiceVersion20100801", version: "1.0", perform: performJSON},
		"cloudwatchlogs":   {errors: "CloudWatchLogs", sdk: "CloudWatchLogs", signing: "logs", target: "Logs_20140328", version: "1.1", camel: true, perform: performJSON},
		"dynamodb":         {errors: "DynamoDB", sdk: "DynamoDb", signing: "dynamodb", target: "DynamoDB_20120810", version: "1.0", perform: performJSON},
		"elasticmapreduce": {errors: "EMR", sdk: "Emr", signing: "elasticmapreduce", target: "ElasticMapReduce", version: "1.1", perform: performEMR},
		"emr-serverless":   {errors: "EMRServerless", sdk: "EmrServerless", signing: "emr-serverless", camel: true, perform: performEMRServerless},
		"events":           {errors: "EventBridge", sdk: "EventBridge", signing: "events", target: "AWSEvents", version: "1.1", perform: performEvents},
		"eventbridge":      {errors: "EventBridge", sdk: "EventBridge", signing: "events", target: "AWSEvents", version: "1.1", perform: performJSON},
		"glue":             {errors: "Glue", sdk: "Glue", signing: "glue", target: "AWSGlue", version: "1.1", perform: performJSON},
		"http":             {errors: "States.Http", sdk: "States.Http", perform: performHTTP},
		"kinesis":          {errors: "Kinesis", sdk: "Kinesis", signing: "kinesis", target: "Kinesis_20131202", version: "1.1", perform: performJSON},
		"lambda":           {errors: "Lambda", sdk: "Lambda", signing: "lambda", perform: performLambda},
		"s3":               {errors: "S3", sdk: "S3", signing: "s3", perform: performS3},
		"sagemaker":        {errors: "SageMaker", sdk: "SageMaker", signing: "sagemaker", target: "SageMaker", version: "1.1", perform: performJSON},
		"sagemakerruntime": {errors: "SageMakerRuntime", sdk: "SageMakerRuntime", signing: "sagemaker", perform: performSageMakerRuntime},
		"secretsmanager":   {errors: "SecretsManager", sdk: "SecretsManager", signing: "secretsmanager", target: "secretsmanager", version: "1.1", perform: performJSON},
		"sns":              {errors: "SNS", sdk: "Sns", signing: "sns", perform: performSNS},
		"sqs":              {errors: "SQS", sdk: "Sqs", signing: "sqs", target: "AmazonSQS", version: "1.0", perform: performSQS},
		"ssm":              {errors: "SSM", sdk: "Ssm", signing: "ssm", target: "AmazonSSM", version: "1.1", perform: performJSON},
	}
}
