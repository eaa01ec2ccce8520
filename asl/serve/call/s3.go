package call

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"clinical-risk-pipeline/asl"
)

// s3Client returns a client of S3. Addresses have the bucket in the path, as emulators understand it.
func (r *request) s3Client() *s3.Client {
	return s3.NewFromConfig(r.config(), func(o *s3.Options) {
		o.UsePathStyle = true
		o.RequestChecksumCalculation, o.ResponseChecksumValidation = aws.RequestChecksumCalculationWhenRequired, aws.ResponseChecksumValidationWhenRequired
	})
}

// s3Calls are the operations of S3 that tasks call.
var s3Calls = map[string]func(ctx context.Context, client *s3.Client, r *request) (any, error){
	"getObject":  getObject,
	"putObject":  putObject,
	"headObject": func(ctx context.Context, c *s3.Client, r *request) (any, error) { return simple(ctx, r, c.HeadObject) },
	"deleteObject": func(ctx context.Context, c *s3.Client, r *request) (any, error) {
		return simple(ctx, r, c.DeleteObject)
	},
	"copyObject": func(ctx context.Context, c *s3.Client, r *request) (any, error) { return simple(ctx, r, c.CopyObject) },
	"listObjectsV2": func(ctx context.Context, c *s3.Client, r *request) (any, error) {
		return simple(ctx, r, c.ListObjectsV2)
	},
}

// performS3 calls S3.
func performS3(ctx context.Context, r *request) (any, error) {
	perform := s3Calls[r.action]
	if perform == nil {
		return nil, r.fault("SdkClientException", "The operation "+r.action+" is not supported")
	}
	return perform(ctx, r.s3Client(), r)
}

// simple performs an operation whose parameters and answer are JSON.
func simple[In, Out any](ctx context.Context, r *request, operation func(context.Context, *In, ...func(*s3.Options)) (*Out, error)) (any, error) {
	in := new(In)
	if err := r.read(in); err != nil {
		return nil, err
	}
	out, err := operation(ctx, in)
	if err != nil {
		return nil, r.refused(ctx, err)
	}
	return members(out)
}

// getObject returns the object's content as text.
func getObject(ctx context.Context, client *s3.Client, r *request) (any, error) {
	var in s3.GetObjectInput
	if err := r.read(&in); err != nil {
		return nil, err
	}
	out, err := client.GetObject(ctx, &in)
	if err != nil {
		return nil, r.refused(ctx, err)
	}
	body, err := io.ReadAll(io.LimitReader(out.Body, maxAnswer))
	_ = out.Body.Close() // It is read.
	if err != nil {
		return nil, r.refused(ctx, err)
	}
	out.Body = nil
	all, err := members(out)
	if err != nil {
		return nil, err
	}
	all.Set("Body", string(body))
	return all, nil
}

// putObject stores a text as it is, and other JSON as JSON text.
func putObject(ctx context.Context, client *s3.Client, r *request) (any, error) {
	var parameters map[string]json.RawMessage
	if err := r.read(&parameters); err != nil {
		return nil, err
	}
	body := parameters["Body"]
	delete(parameters, "Body")
	text, err := json.Marshal(parameters)
	if err != nil {
		return nil, err
	}
	var in s3.PutObjectInput
	r.parameters = string(text)
	if err := r.read(&in); err != nil {
		return nil, err
	}
	in.Body = bytes.NewReader([]byte(asText(body)))
	out, err := client.PutObject(ctx, &in)
	if err != nil {
		return nil, r.refused(ctx, err)
	}
	return members(out)
}

// Objects returns the objects of S3 that Distributed Maps read and write, or nil without an endpoint for S3.
func (e *Endpoints) Objects() asl.Objects {
	r, ok := e.parse("arn:aws:states:::s3:getObject")
	if !ok {
		return nil
	}
	return objects{r.s3Client()}
}

// objects are the objects of S3.
type objects struct{ client *s3.Client }

// Open implements [asl.Objects].
func (o objects) Open(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	return o.open(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
}

// OpenVersion implements [asl.Versions].
func (o objects) OpenVersion(ctx context.Context, bucket, key, version string) (io.ReadCloser, error) {
	return o.open(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, VersionId: &version})
}

func (o objects) open(ctx context.Context, in *s3.GetObjectInput) (io.ReadCloser, error) {
	out, err := o.client.GetObject(ctx, in)
	if isNotFound(err) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	return out.Body, nil
}

// Create implements [asl.Objects]. The content is kept in memory until it is complete.
func (o objects) Create(ctx context.Context, bucket, key string) (io.WriteCloser, error) {
	return &upload{ctx: ctx, client: o.client, bucket: bucket, key: key}, nil
}

// upload is an object that is written.
type upload struct {
	bytes.Buffer
	ctx         context.Context
	client      *s3.Client
	bucket, key string
}

// Close stores the object.
func (u *upload) Close() error {
	_, err := u.client.PutObject(u.ctx, &s3.PutObjectInput{Bucket: &u.bucket, Key: &u.key, Body: bytes.NewReader(u.Bytes())})
	return err
}

// List implements [asl.Objects].
func (o objects) List(ctx context.Context, bucket, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(o.client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(asl.Object{}, err)
				return
			}
			for _, object := range page.Contents {
				if !yield(asl.Object{Key: aws.ToString(object.Key), Size: aws.ToInt64(object.Size), LastModified: aws.ToTime(object.LastModified),
					ETag: aws.ToString(object.ETag), StorageClass: string(object.StorageClass)}, nil) {
					return
				}
			}
		}
	}
}
