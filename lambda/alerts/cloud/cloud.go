// Package cloud connects alerts to AWS: DynamoDB, S3 and SNS. The record store and the proof of identity are those of approvals.
package cloud

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"clinical-risk-pipeline/lambda/alerts"
	approvals "clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/workflow/alert"
)

// DynamoDB is the part of the client that Registry uses.
type DynamoDB interface {
	dynamodb.QueryAPIClient
	GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Registry is a trial's partition of the table. Reads are consistent.
type Registry struct {
	Client DynamoDB
	Table  string
	Trial  string
}

// The attributes of an entry besides its keys.
const (
	revisionAttribute = "revision"
	bodyAttribute     = "body"
)

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

// Get implements alerts.Registry.
func (r Registry) Get(ctx context.Context, key string) (alerts.Entry, error) {
	out, err := r.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &r.Table, ConsistentRead: aws.Bool(true),
		Key: item{alert.RegistryPartition: text(alert.Partition(r.Trial)), alert.RegistrySort: text(key)},
	})
	if err != nil {
		return alerts.Entry{}, approvals.Plain(err)
	}
	if out.Item == nil {
		return alerts.Entry{}, alerts.ErrNotFound
	}
	return read(out.Item), nil
}

// Put implements alerts.Registry.
func (r Registry) Put(ctx context.Context, e alerts.Entry) error {
	in := &dynamodb.PutItemInput{TableName: &r.Table, Item: item{
		alert.RegistryPartition: text(alert.Partition(r.Trial)), alert.RegistrySort: text(e.Key),
		revisionAttribute: number(e.Revision + 1), bodyAttribute: text(string(e.Body)),
	}}
	if e.Revision == 0 {
		in.ConditionExpression, in.ExpressionAttributeNames = aws.String("attribute_not_exists(#key)"), map[string]string{"#key": alert.RegistrySort}
	} else {
		in.ConditionExpression, in.ExpressionAttributeNames = aws.String("#revision = :stored"), map[string]string{"#revision": revisionAttribute}
		in.ExpressionAttributeValues = item{":stored": number(e.Revision)}
	}
	_, err := r.Client.PutItem(ctx, in)
	if approvals.HasCode(err, (&types.ConditionalCheckFailedException{}).ErrorCode()) {
		return alerts.ErrChanged
	}
	return approvals.Plain(err)
}

// List implements alerts.Registry.
func (r Registry) List(ctx context.Context, prefix string) iter.Seq2[alerts.Entry, error] {
	return func(yield func(alerts.Entry, error) bool) {
		pages := dynamodb.NewQueryPaginator(r.Client, &dynamodb.QueryInput{
			TableName: &r.Table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("#trial = :trial AND begins_with(#key, :prefix)"),
			ExpressionAttributeNames:  map[string]string{"#trial": alert.RegistryPartition, "#key": alert.RegistrySort},
			ExpressionAttributeValues: item{":trial": text(alert.Partition(r.Trial)), ":prefix": text(prefix)},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(alerts.Entry{}, approvals.Plain(err))
				return
			}
			for _, found := range page.Items {
				if !yield(read(found), nil) {
					return
				}
			}
		}
	}
}

func read(i item) alerts.Entry {
	var e alerts.Entry
	if key, ok := i[alert.RegistrySort].(*types.AttributeValueMemberS); ok {
		e.Key = key.Value
	}
	if body, ok := i[bodyAttribute].(*types.AttributeValueMemberS); ok {
		e.Body = []byte(body.Value)
	}
	if revision, ok := i[revisionAttribute].(*types.AttributeValueMemberN); ok {
		e.Revision, _ = strconv.Atoi(revision.Value) // a damaged one differs from every other
	}
	return e
}

// S3 is the part of the client that Cohorts and Worklists use.
type S3 interface {
	s3.ListObjectsV2APIClient
	GetObject(ctx context.Context, in *s3.GetObjectInput, options ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(ctx context.Context, in *s3.PutObjectInput, options ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// Cohorts reads objects of the extraction.
type Cohorts struct{ Client S3 }

// Open implements alerts.Cohorts.
func (c Cohorts) Open(ctx context.Context, o alert.Object) (io.ReadCloser, error) {
	in := &s3.GetObjectInput{Bucket: &o.Bucket, Key: &o.Key}
	if o.VersionID != "" {
		in.VersionId = &o.VersionID
	}
	out, err := c.Client.GetObject(ctx, in)
	switch {
	case err == nil:
		return out.Body, nil
	case approvals.HasCode(err, "NoSuchKey", "NoSuchVersion"):
		return nil, alerts.ErrNotFound
	case approvals.HasCode(err, "AccessDenied", "Forbidden") && c.missing(ctx, o):
		return nil, alerts.ErrNotFound
	}
	return nil, approvals.Plain(err)
}

// missing tells a missing object from a forbidden one. S3 answers AccessDenied for both, because our permission to list has a condition on
// prefixes.
func (c Cohorts) missing(ctx context.Context, o alert.Object) bool {
	keys, err := approvals.Objects{Client: c.Client, Bucket: o.Bucket}.List(ctx, o.Key)
	return err == nil && !slices.Contains(keys, o.Key)
}

// Worklists is the bucket of the worklists.
type Worklists struct {
	Client S3
	Bucket string
}

// Put implements alerts.Worklists. A browser that opens a page by a presigned link keeps no copy.
func (w Worklists) Put(ctx context.Context, key, contentType string, body []byte) error {
	_, err := w.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &w.Bucket, Key: &key, Body: bytes.NewReader(body), ContentType: &contentType, CacheControl: aws.String("no-store"),
	})
	return approvals.Plain(err)
}

// Teller publishes messages to the topic: a text to e-mail subscribers, JSON to all others.
type Teller struct{ approvals.Notifier }

// Tell implements alerts.Teller.
func (t Teller) Tell(ctx context.Context, m alert.Message) error {
	return t.Publish(ctx, m.Subject, m.Text, m.JSON, m.Attributes)
}
