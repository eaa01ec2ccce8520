package services

// The errors of S3 that a stand-in throws.
const (
	S3NoSuchKey     = "S3.NoSuchKeyException"
	S3NoSuchVersion = "S3.NoSuchVersionException"
	S3Other         = "S3.S3Exception" // everything that the API model does not declare, such as a failed precondition
)

// The other errors that operations on objects share, and where the names come from that they do not declare.
const (
	s3NoSuchBucket = "S3.NoSuchBucketException"
	s3NoAnswer     = "S3.SdkClientException"
	s3Code         = "an error code of S3 that the operation does not declare: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
)

// GetObject reads an object in S3. S3 says that a missing object is forbidden, under the name [S3Other], to a role that may not list
// the bucket.
var GetObject = Call{
	Integration:   "aws-sdk:s3:getObject",
	Operation:     Operation{"s3", "GetObject", "s3:GetObject"},
	VersionAction: "s3:GetObjectVersion",
	Permanent:     []string{S3NoSuchKey, S3NoSuchVersion, s3NoSuchBucket, "S3.InvalidObjectStateException"},
	Other:         []string{S3Other, s3NoAnswer},
	Undeclared: map[string]string{
		s3NoSuchBucket: s3Code, S3NoSuchVersion: s3Code, S3Other: serviceWide, s3NoAnswer: noAnswer,
	},
	Source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html",
}

// HeadObject looks up an object in S3. Its IAM action is that of reading the object. S3 says that a missing object is forbidden, under
// the name [S3Other], to a role that may not list the bucket.
var HeadObject = Call{
	Integration: "aws-sdk:s3:headObject",
	Operation:   Operation{"s3", "HeadObject", "s3:GetObject"},
	Grants:      []string{"s3:ListBucket"},
	Permanent:   []string{S3NoSuchKey, s3NoSuchBucket},
	Other:       []string{S3Other, S3NoSuchVersion, s3NoAnswer},
	Undeclared: map[string]string{
		s3NoSuchBucket: s3Code, S3NoSuchVersion: s3Code, S3Other: serviceWide, s3NoAnswer: noAnswer,
	},
	Source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html",
}

// PutObject writes an object to S3. If the object exists and the call forbids to replace it (IfNoneMatch "*"), the error is [S3Other],
// as it is when S3 is busy.
var PutObject = Call{
	Integration: "aws-sdk:s3:putObject",
	Operation:   Operation{"s3", "PutObject", "s3:PutObject"},
	Other: []string{
		S3Other, s3NoSuchBucket, s3NoAnswer, "S3.EncryptionTypeMismatchException", "S3.InvalidRequestException",
		"S3.InvalidWriteOffsetException", "S3.TooManyPartsException",
	},
	Undeclared: map[string]string{s3NoSuchBucket: s3Code, S3Other: serviceWide, s3NoAnswer: noAnswer},
	Source:     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html",
}

// ReadItems reads the items of a Distributed Map from S3. Step Functions reports every failure of the reader under one name.
var ReadItems = Call{
	Integration:   "s3:getObject",
	Operation:     Operation{"s3", "GetObject", "s3:GetObject"},
	VersionAction: "s3:GetObjectVersion",
	Transient:     []string{"States.ItemReaderFailed"},
	Undeclared:    map[string]string{"States.ItemReaderFailed": reserved},
	Source:        "https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html",
}
