package risk

import (
	"maps"
	"time"

	"clinical-risk-pipeline/services"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// arguments are those of a task that calls an API of AWS through its SDK.
type arguments struct {
	comment    string
	parameters map[string]any
	timeout    time.Duration
	output     any // an expression, or an object with some
	assign     map[string]any
}

// ofObject are the arguments of a call of S3 about an object, and the other ones. They name the bucket's owner: names of buckets are
// global, and without the owner a call reaches whoever took the name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func ofObject(bucket awss3.IBucket, key string, others map[string]any) map[string]any {
	parameters := map[string]any{"Bucket": *bucket.BucketName(), "ExpectedBucketOwner": *bucket.Env().Account, "Key": expression(key)}
	maps.Copy(parameters, others)
	return parameters
}

func (p *ClinicalRiskPipeline) callService(state string, call services.Call, with arguments) awsstepfunctions.TaskStateBase {
	service, action := call.SDK()
	props := &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Comment:      &with.comment,
		Service:      &service,
		Action:       &action,
		Parameters:   &with.parameters,
		IamResources: jsii.Strings("*"), // the CDK demands it; the role has our statements and takes no other
		TaskTimeout:  timeout(with.timeout),
		Outputs:      with.output,
	}
	if with.assign != nil {
		props.Assign = &with.assign
	}
	return awsstepfunctionstasks.CallAwsService_Jsonata(p, &state, props)
}
