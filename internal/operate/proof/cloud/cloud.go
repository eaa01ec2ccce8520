// Package cloud connects package proof to AWS: to the objects of S3, the steps of EMR, the logs and metrics of CloudWatch. It never writes.
package cloud

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/klauspost/compress/zstd"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/lambda/approval/cloud"
)

// S3 is the client of S3 that Objects needs.
type S3 interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	s3.ListObjectsV2APIClient
}

// Objects implements proof.Objects.
type Objects struct{ Client S3 }

// Lines implements proof.Objects. It reads the object as a stream, and keeps nothing of it.
func (o Objects) Lines(ctx context.Context, bucket, key, version string) (n int, err error) {
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := o.Client.GetObject(ctx, in)
	if cloud.HasCode(err, "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed") { // a delete marker allows no GET
		return 0, proof.ErrAbsent
	}
	if err != nil {
		return 0, cloud.Plain(err)
	}
	defer out.Body.Close()
	body, err := expand(key, out.Body)
	if err != nil {
		return 0, errors.New("the object is not compressed as its name says")
	}
	return count(body)
}

// expand decompresses an object by the end of its key.
func expand(key string, body io.Reader) (io.Reader, error) {
	switch {
	case strings.HasSuffix(key, ".gz"):
		return gzip.NewReader(body)
	case strings.HasSuffix(key, ".zst"):
		decoder, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return decoder.IOReadCloser(), nil
	}
	return body, nil
}

// count counts the lines that are not empty, however long they are.
func count(body io.Reader) (n int, err error) {
	reader, empty := bufio.NewReaderSize(body, 1<<16), true
	for {
		part, err := reader.ReadSlice('\n')
		if len(strings.TrimSpace(string(part))) > 0 {
			empty = false
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if !empty {
			n++
		}
		empty = true
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, errors.New("the object could not be read to its end")
		}
	}
}

// Any implements proof.Objects.
func (o Objects) Any(ctx context.Context, bucket, prefix string) (bool, error) {
	out, err := o.Client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, MaxKeys: aws.Int32(1)})
	if err != nil {
		return false, cloud.Plain(err)
	}
	return len(out.Contents) > 0, nil
}
