// Package cloud reads the records of a trial on AWS: the objects of the record store with their versions and locks, the log group of the
// trail, and the claims of the registry. It never writes.
package cloud

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval/auditor"
	"clinical-risk-pipeline/lambda/approval/cloud"
)

// Store is a record store of S3. Objects, their locks and the checksums are read as an auditor of approvals reads them.
type Store struct{ auditor.Versions }

// New returns a store with a client of the SDK, which retries what S3 throttles.
func New(config aws.Config, bucket string) Store {
	return Store{auditor.Versions{Client: s3.NewFromConfig(config, patiently), Bucket: bucket}}
}

// attempts is how often a read is tried: 25 years of records are many requests.
const attempts = 8

func patiently(o *s3.Options) { o.RetryMaxAttempts = attempts }

// Source implements records.Store.
func (s Store) Source() records.Source { return records.Source{Kind: records.Bucket, Bucket: s.Bucket} }

// List implements records.Store, a page at a time. S3 lists versions in the order of their keys, those of one key from the newest to the
// oldest, and delete markers apart from them: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
func (s Store) List(ctx context.Context, prefix, after string) iter.Seq2[records.Object, error] {
	in := &s3.ListObjectVersionsInput{Bucket: &s.Bucket, Prefix: &prefix}
	if after != "" {
		in.KeyMarker = &after
	}
	return func(yield func(records.Object, error) bool) {
		var waiting []records.Object // the last one may go on in the next page
		for pages := s3.NewListObjectVersionsPaginator(s.Client, in); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(records.Object{}, cloud.Plain(err))
				return
			}
			waiting = merge(waiting, page)
			for len(waiting) > 1 {
				if waiting[0].Key > after && !yield(oldestFirst(waiting[0]), nil) {
					return
				}
				waiting = waiting[1:]
			}
		}
		for _, object := range waiting {
			if object.Key > after && !yield(oldestFirst(object), nil) {
				return
			}
		}
	}
}

// merge adds a page of versions and delete markers to objects.
func merge(objects []records.Object, page *s3.ListObjectVersionsOutput) []records.Object {
	at := map[string]int{}
	for i, o := range objects {
		at[o.Key] = i
	}
	add := func(key string, v records.Version) {
		i, known := at[key]
		if !known {
			i = len(objects)
			at[key] = i
			objects = append(objects, records.Object{Key: key})
		}
		objects[i].Versions = append(objects[i].Versions, v)
	}
	for _, v := range page.Versions {
		add(aws.ToString(v.Key), records.Version{ID: aws.ToString(v.VersionId), Bytes: aws.ToInt64(v.Size), Modified: aws.ToTime(v.LastModified)})
	}
	for _, m := range page.DeleteMarkers {
		add(aws.ToString(m.Key), records.Version{ID: aws.ToString(m.VersionId), Modified: aws.ToTime(m.LastModified), Deleted: true})
	}
	slices.SortStableFunc(objects, func(a, b records.Object) int { return strings.Compare(a.Key, b.Key) })
	return objects
}

// oldestFirst turns S3's order around. Its times have no fractions: of the same second, its order counts.
func oldestFirst(o records.Object) records.Object {
	slices.Reverse(o.Versions)
	slices.SortStableFunc(o.Versions, func(a, b records.Version) int { return a.Modified.Compare(b.Modified) })
	return o
}
