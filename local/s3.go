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
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/services"
)

// S3 stands in for Amazon S3. The object KEY of BUCKET is the file Dir/BUCKET/KEY. Every bucket keeps versions: an overwritten
// version moves to Dir/.versions/BUCKET/KEY/VERSION. The id of a version is a digest of its bytes. Only their owner can read the
// files, since they may hold subject data. S3 does not keep the content type of an object.
//
// S3 also implements asl.Objects, for the item readers and result writers of Distributed Maps.
type S3 struct {
	Dir string // created with the first object
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
			Name: services.GetObject.Integration,
			Parameters: Shape{
				"Bucket": required(String), "Key": required(String), "VersionId": optional(String),
				"ExpectedBucketOwner": optional(String), "ResponseContentType": optional(String), "Range": optional(String),
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

// putObject stores a string unchanged, and any other value as JSON.
func (s S3) putObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	body := []byte(document(call.Parameters.Value("Body")))
	put := s.Put
	if call.text("IfNoneMatch") == "*" {
		put = s.PutNew
	}
	id, err := put(call.text("Bucket"), call.text("Key"), body)
	if errors.Is(err, fs.ErrExist) {
		return reply, s3Error(services.S3Other, 412, "At least one of the pre-conditions you specified did not hold")
	}
	reply.Output = value.NewObject(3).With("ETag", etag(body)).With("ServerSideEncryption", "AES256").With("VersionId", id).Share()
	return reply, err
}

func (s S3) getObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	body, id, err := s.get(call)
	if err != nil {
		return reply, err
	}
	if !utf8.Valid(body) {
		return reply, errors.New("the object of parameter Key is not UTF-8 text: a state machine cannot read it")
	}
	output := describe(call, body, id)
	if call.text("Range") != "" {
		if body, err = part(body, call.text("Range")); err != nil {
			return reply, err
		}
		output.Set("ContentLength", float64(len(body)))
	}
	output.Set("Body", string(body))
	reply.Output = output
	return reply, nil
}

// part returns the bytes of a range, "bytes=FIRST-LAST", so far as the body has them.
func part(body []byte, bytes string) ([]byte, error) {
	var first, last int
	if _, err := fmt.Sscanf(bytes+"\n", "bytes=%d-%d\n", &first, &last); err != nil || first < 0 || last < first {
		return nil, errors.New("parameter Range must be like bytes=0-1023: the local stand-in takes no other range")
	}
	if first >= len(body) {
		return nil, s3Error(services.S3Other, 416, "The requested range is not satisfiable")
	}
	return body[first:min(last+1, len(body))], nil
}

func (s S3) headObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	body, id, err := s.get(call)
	if err != nil {
		return reply, err
	}
	reply.Output = describe(call, body, id)
	return reply, nil
}

// get reads the object or version that a call names.
func (s S3) get(call *Call) (body []byte, id string, err error) {
	body, id, err = s.Get(call.text("Bucket"), call.text("Key"), call.text("VersionId"))
	switch {
	case errors.Is(err, fs.ErrNotExist) && call.text("VersionId") != "":
		err = s3Error(services.S3NoSuchVersion, 404, "The specified version does not exist.")
	case errors.Is(err, fs.ErrNotExist):
		err = s3Error(services.S3NoSuchKey, 404, "The specified key does not exist.")
	}
	return body, id, err
}

// describe returns what S3 says about an object, apart from its body.
func describe(call *Call, body []byte, id string) *value.Object {
	return value.NewObject(8).With("AcceptRanges", "bytes").With("ContentLength", float64(len(body))).With("ETag", etag(body)).
		With("LastModified", call.Now.UTC().Format(time.RFC3339)).With("Metadata", value.NewObject(0)).With("ServerSideEncryption", "AES256").With("VersionId", id)
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func s3Error(name string, status int, message string) error {
	return &asl.Error{Name: name, Cause: fmt.Sprintf("%s (Service: S3, Status Code: %d)", message, status)}
}
