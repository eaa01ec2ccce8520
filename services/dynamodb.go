package services

// DynamoDBConditionFailed is the error of a conditional write whose condition does not hold.
const DynamoDBConditionFailed = "DynamoDb.ConditionalCheckFailedException"

// PutItem writes an item of a DynamoDB table.
var PutItem = Call{
	Integration: "aws-sdk:dynamodb:putItem",
	Operation:   Operation{"dynamodb", "PutItem", "dynamodb:PutItem"},
	Permanent:   []string{DynamoDBConditionFailed},
	Other: []string{
		"DynamoDb.DynamoDbException", "DynamoDb.SdkClientException", "DynamoDb.InternalServerErrorException",
		"DynamoDb.ItemCollectionSizeLimitExceededException", "DynamoDb.ProvisionedThroughputExceededException",
		"DynamoDb.ReplicatedWriteConflictException", "DynamoDb.RequestLimitExceededException", "DynamoDb.ResourceNotFoundException",
		"DynamoDb.ThrottlingException", "DynamoDb.TransactionConflictException",
	},
	Undeclared: map[string]string{
		"DynamoDb.DynamoDbException":  serviceWide,
		"DynamoDb.SdkClientException": noAnswer,
	},
	Source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html",
}

// Query counts the items of a DynamoDB table's index. The approval watch makes the call, and does not retry it.
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
