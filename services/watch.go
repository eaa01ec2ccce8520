package services

// The approval watch, a state machine of its own, makes the call of this file. It does not retry it.

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
