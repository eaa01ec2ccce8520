package local

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"clinical-risk-pipeline/asl"
)

// S3 stands in for buckets: the object KEY of BUCKET is the file Dir/BUCKET/KEY. Files are readable by their owner only,
// since they may hold subject data. The content type of an object is not kept.
type S3 struct {
	Dir string // made when the first object is put
}

const transfer = 40 * time.Millisecond

// Integrations implements Service.
func (s S3) Integrations() []Integration {
	return []Integration{
		{
			Name: "aws-sdk:s3:putObject",
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
				"Bucket": required(String), "Key": required(String),
				"ExpectedBucketOwner": optional(String), "ResponseContentType": optional(String),
			},
			Perform: s.getObject,
		},
	}
}

// putObject stores a string as it is, and any other value as JSON.
func (s S3) putObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	path, err := s.path(call)
	if err != nil {
		return reply, err
	}
	body := document(call.Parameters["Body"])
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return reply, err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if call.text("IfNoneMatch") == "*" {
		flags |= os.O_EXCL
	}
	file, err := os.OpenFile(path, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return reply, s3Error("S3Exception", 412, "At least one of the pre-conditions you specified did not hold")
	}
	if err != nil {
		return reply, err
	}
	_, err = file.WriteString(body)
	reply.Output = map[string]any{"ETag": etag(body), "ServerSideEncryption": "AES256"}
	return reply, errors.Join(err, file.Close())
}

func (s S3) getObject(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: transfer}
	path, err := s.path(call)
	if err != nil {
		return reply, err
	}
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return reply, s3Error("NoSuchKeyException", 404, "The specified key does not exist.")
	}
	if err != nil {
		return reply, err
	}
	if !utf8.Valid(body) {
		return reply, fmt.Errorf("the object of parameter Key is no text, which a state machine cannot read")
	}
	reply.Output = map[string]any{
		"AcceptRanges": "bytes", "Body": string(body), "ContentLength": float64(len(body)), "ETag": etag(string(body)),
		"LastModified": call.Now.UTC().Format(time.RFC3339), "Metadata": map[string]any{}, "ServerSideEncryption": "AES256",
	}
	return reply, nil
}

// path returns the file of the object that a call names. Parts of the key are escaped, so that no key leaves the folder.
func (s S3) path(call *Call) (string, error) {
	parts := []string{s.Dir}
	for part := range strings.SplitSeq(call.text("Bucket")+"/"+call.text("Key"), "/") {
		if part == "" {
			return "", fmt.Errorf("parameters Bucket and Key: a part between two slashes is empty, which no file's name can be")
		}
		if part = url.PathEscape(part); strings.Trim(part, ".") == "" {
			part = strings.ReplaceAll(part, ".", "%2E")
		}
		parts = append(parts, part)
	}
	return filepath.Join(parts...), nil
}

func etag(body string) string {
	sum := md5.Sum([]byte(body))
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func s3Error(name string, status int, message string) error {
	return &asl.Error{Name: "S3." + name, Cause: fmt.Sprintf("%s (Service: S3, Status Code: %d)", message, status)}
}
