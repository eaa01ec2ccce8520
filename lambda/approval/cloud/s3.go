package cloud

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"clinical-risk-pipeline/lambda/approval"
)

// S3 is the part of the client that Objects uses.
type S3 interface {
	s3.ListObjectsV2APIClient
	GetObject(ctx context.Context, in *s3.GetObjectInput, options ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(ctx context.Context, in *s3.PutObjectInput, options ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// Objects is a bucket with versioning.
type Objects struct {
	Client S3
	Bucket string
}

// OwnedBy makes every call of a client name the account that must own the bucket. Names of buckets are global: without their owner, a call
// reaches whoever took the name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func OwnedBy(account string) func(*s3.Options) {
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue("X-Amz-Expected-Bucket-Owner", account))
	}
}

// putAttempts is how often Create tries to put an object while other puts of the same key conflict
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
const putAttempts = 3

// List implements approval.Objects.
func (o Objects) List(ctx context.Context, prefix string) ([]string, error) {
	pages := s3.NewListObjectsV2Paginator(o.Client, &s3.ListObjectsV2Input{Bucket: &o.Bucket, Prefix: &prefix})
	var keys []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, Plain(err)
		}
		for _, object := range page.Contents {
			keys = append(keys, aws.ToString(object.Key))
		}
	}
	return keys, nil
}

// Read implements approval.Objects.
func (o Objects) Read(ctx context.Context, key string) ([]byte, string, error) {
	out, err := o.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &o.Bucket, Key: &key})
	if err != nil {
		return nil, "", o.missing(ctx, key, err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		return nil, "", Plain(err)
	}
	version, err := versioned(out.VersionId)
	return body, version, err
}

// missing tells a missing object from a forbidden one. S3 answers AccessDenied for both, because our permission to list has a
// condition on prefixes.
func (o Objects) missing(ctx context.Context, key string, err error) error {
	if HasCode(err, "NoSuchKey") {
		return approval.ErrNotFound
	}
	if HasCode(err, "AccessDenied", "Forbidden") {
		if keys, listErr := o.List(ctx, key); listErr == nil && !slices.Contains(keys, key) {
			return approval.ErrNotFound
		}
	}
	return Plain(err)
}

// Create implements approval.Objects.
//
// Requirements: P11-10e
func (o Objects) Create(ctx context.Context, key string, body []byte) (string, error) {
	for attempt := 1; ; attempt++ {
		out, err := o.Client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &o.Bucket, Key: &key, Body: bytes.NewReader(body), ContentType: aws.String("application/json"), IfNoneMatch: aws.String("*"),
			ChecksumAlgorithm: types.ChecksumAlgorithmSha256, // a bucket with Object Lock requires a checksum
		})
		switch {
		case err == nil:
			return versioned(out.VersionId)
		case HasCode(err, "PreconditionFailed"):
			return "", approval.ErrExists
		case !HasCode(err, "ConditionalRequestConflict") || attempt == putAttempts:
			return "", Plain(err)
		}
	}
}

// versioned returns an object's version. In a bucket without versioning, objects can be altered.
func versioned(id *string) (string, error) {
	if version := aws.ToString(id); version != "" && version != "null" {
		return version, nil
	}
	return "", errors.New("the bucket of the records has no versioning: switch it on")
}
