package local

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"
	"unicode/utf8"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// S3 stands in for buckets: the object KEY of BUCKET is the file Dir/BUCKET/KEY. Every bucket keeps versions: one that was
// overwritten moves to Dir/.versions/BUCKET/KEY/VERSION, and the id of a version is made of its bytes. Files are readable by
// their owner only, since they may hold subject data. The content type of an object is not kept.
//
// S3 implements asl.Objects, too, for the item readers and result writers of Distributed Maps.
type S3 struct {
	Dir string // made when the first object is put
}

const transfer = 40 * time.Millisecond

// Integrations implements Service.
func (s S3) Integrations() []Integration {
	return []Integration{
		{
			Name: services.PutObject.Integration,
			Parameters: Shape{
				"Bucket": required(String), "Key": required(String), "Body": required(Document),
				"ContentType": optional(String), "ContentEncoding": optional(String), "CacheControl": optional(String),
				"Metadata": optional(Object), "Tagging": optional(String), "IfNoneMatch": optional(String),
				"ServerSideEncryption": optional(String), "SsekmsKeyId": optional(String), "BucketKeyEnabled": optional(Boolean),
				"StorageClass": optional(String), "ExpectedBucketOwner": optional(String), "ChecksumAlgorithm": optional(String),
			},
			Perform: s.putObject,
		},
		{
			Name: "aws-sdk:s3:getObject",
			Parameters: Shape{
				"Bucket": required(String), "Key": required(String), "VersionId": optional(String),
				"ExpectedBucketOwner": optional(String), "ResponseContentType": optional(String),
			},
			Perform: s.getObject,
		},
		{
			Name: services.HeadObject.Integration,
			Parameters: Shape{
				"Bucket": required(String), "Key": required(String), "VersionId": optional(String), "ExpectedBucketOwner": optional(String),
			},
			Perform: s.headObject,
		},
	}
}

// putObject stores a string as it is, and any other value as JSON.
func (s S3) putObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	body := []byte(document(call.Parameters["Body"]))
	version, err := s.put(call.text("Bucket"), call.text("Key"), body, call.text("IfNoneMatch") == "*")
	if errors.Is(err, fs.ErrExist) {
		return reply, s3Error(services.S3Other, 412, "At least one of the pre-conditions you specified did not hold")
	}
	reply.Output = map[string]any{"ETag": etag(body), "ServerSideEncryption": "AES256", "VersionId": version}
	return reply, err
}

func (s S3) getObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	body, err := s.get(call)
	if err != nil {
		return reply, err
	}
	if !utf8.Valid(body) {
		return reply, fmt.Errorf("the object of parameter Key is no text, which a state machine cannot read")
	}
	output := describe(call, body)
	output["Body"] = string(body)
	reply.Output = output
	return reply, nil
}

func (s S3) headObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	body, err := s.get(call)
	if err != nil {
		return reply, err
	}
	reply.Output = describe(call, body)
	return reply, nil
}

// get reads the object, or the version of it, that a call names.
func (s S3) get(call *Call) ([]byte, error) {
	body, err := s.read(call.text("Bucket"), call.text("Key"), call.text("VersionId"))
	switch {
	case errors.Is(err, fs.ErrNotExist) && call.text("VersionId") != "":
		return nil, s3Error(services.S3NoSuchVersion, 404, "The specified version does not exist.")
	case errors.Is(err, fs.ErrNotExist):
		return nil, s3Error(services.S3NoSuchKey, 404, "The specified key does not exist.")
	}
	return body, err
}

// describe is what S3 says about an object beside its body.
func describe(call *Call, body []byte) map[string]any {
	return map[string]any{
		"AcceptRanges": "bytes", "ContentLength": float64(len(body)), "ETag": etag(body), "VersionId": version(body),
		"LastModified": call.Now.UTC().Format(time.RFC3339), "Metadata": map[string]any{}, "ServerSideEncryption": "AES256",
	}
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func s3Error(name string, status int, message string) error {
	return &asl.Error{Name: name, Cause: fmt.Sprintf("%s (Service: S3, Status Code: %d)", message, status)}
}
