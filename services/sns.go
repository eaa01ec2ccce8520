package services

// SNSInvalidParameter is what a stand-in throws for a message that SNS rejects.
const SNSInvalidParameter = "SNS.InvalidParameterException"

// Publish publishes a message to a topic of SNS. Publish declares no error for throttling: it is one of AmazonSNSException.
var Publish = Call{
	Integration: "sns:publish",
	Operation:   Operation{"sns", "Publish", "sns:Publish"},
	Permanent: []string{
		SNSInvalidParameter, "SNS.InvalidParameterValueException", "SNS.AuthorizationErrorException", "SNS.NotFoundException",
		"SNS.EndpointDisabledException", "SNS.KMSAccessDeniedException", "SNS.KMSDisabledException", "SNS.KMSInvalidStateException",
		"SNS.KMSNotFoundException",
	},
	Other: []string{
		"SNS.AmazonSNSException", "SNS.SdkClientException", "SNS.InternalErrorException", "SNS.InvalidSecurityException",
		"SNS.KMSOptInRequiredException", "SNS.KMSThrottlingException", "SNS.PlatformApplicationDisabledException",
		"SNS.ValidationException",
	},
	Undeclared: map[string]string{
		"SNS.AmazonSNSException": serviceWide,
		"SNS.SdkClientException": noAnswer,
	},
	MaxBytes: 256 << 10, // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
	Source:   "https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html",
}
