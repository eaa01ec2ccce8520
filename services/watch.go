package services

// The approval watch, a state machine of its own, makes the calls of this file. It does not retry them.

// Query counts the items of a DynamoDB table's index.
var Query = Call{
	Integration: "aws-sdk:dynamodb:query",
	Operation:   Operation{"dynamodb", "Query", "dynamodb:Query"},
	Other: []string{
		"DynamoDb.DynamoDbException", "DynamoDb.SdkClientException", "DynamoDb.InternalServerErrorException",
		"DynamoDb.ProvisionedThroughputExceededException", "DynamoDb.RequestLimitExceededException",
		"DynamoDb.ResourceNotFoundException", "DynamoDb.ThrottlingException",
	},
	Undeclared: map[string]string{
		"DynamoDb.DynamoDbException":  serviceWide,
		"DynamoDb.SdkClientException": noAnswer,
	},
	Source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html",
}

// PutMetricData sends figures to CloudWatch.
var PutMetricData = Call{
	Integration: "aws-sdk:cloudwatch:putMetricData",
	Operation:   Operation{"cloudwatch", "PutMetricData", "cloudwatch:PutMetricData"},
	Other: []string{
		"CloudWatch.CloudWatchException", "CloudWatch.SdkClientException", "CloudWatch.InternalServiceException",
		"CloudWatch.InvalidParameterCombinationException", "CloudWatch.InvalidParameterValueException",
		"CloudWatch.MissingRequiredParameterException",
	},
	Undeclared: map[string]string{
		"CloudWatch.CloudWatchException": serviceWide,
		"CloudWatch.SdkClientException":  noAnswer,
	},
	Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html",
}
