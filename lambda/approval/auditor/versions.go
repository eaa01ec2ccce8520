package auditor

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/verify"
)

// VersionsS3 is the part of the client that Versions uses.
type VersionsS3 interface {
	s3.ListObjectVersionsAPIClient
	GetObject(ctx context.Context, in *s3.GetObjectInput, options ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	GetObjectRetention(ctx context.Context, in *s3.GetObjectRetentionInput, options ...func(*s3.Options)) (*s3.GetObjectRetentionOutput, error)
	GetObjectLegalHold(ctx context.Context, in *s3.GetObjectLegalHoldInput, options ...func(*s3.Options)) (*s3.GetObjectLegalHoldOutput, error)
	GetObjectLockConfiguration(ctx context.Context, in *s3.GetObjectLockConfigurationInput, options ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error)
}

// Versions is a bucket with Object Lock, with all versions of its objects.
type Versions struct {
	Client VersionsS3
	Bucket string
}

// day is the unit of retentions. S3 counts a year as 365 days.
const day = 24 * time.Hour

// Versions implements verify.Store.
func (v Versions) Versions(ctx context.Context, prefix string) ([]verify.Version, error) {
	pages := s3.NewListObjectVersionsPaginator(v.Client, &s3.ListObjectVersionsInput{Bucket: &v.Bucket, Prefix: &prefix})
	var versions []verify.Version
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, cloud.Plain(err)
		}
		for _, o := range page.Versions {
			versions = append(versions, verify.Version{Key: aws.ToString(o.Key), ID: aws.ToString(o.VersionId), Modified: aws.ToTime(o.LastModified)})
		}
		for _, m := range page.DeleteMarkers {
			versions = append(versions, verify.Version{Key: aws.ToString(m.Key), ID: aws.ToString(m.VersionId), Modified: aws.ToTime(m.LastModified), Deleted: true})
		}
	}
	slices.Reverse(versions) // S3 lists the newest version of a key first, and its times have no fractions.
	slices.SortStableFunc(versions, func(a, b verify.Version) int { return a.Modified.Compare(b.Modified) })
	return versions, nil
}

// Read implements verify.Store. The caller compares the bytes with the checksum, so that the error of the SDK says nothing more.
func (v Versions) Read(ctx context.Context, key, version string) (verify.Object, error) {
	out, err := v.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &v.Bucket, Key: &key, VersionId: &version, ChecksumMode: types.ChecksumModeEnabled})
	if cloud.HasCode(err, "NoSuchVersion", "NoSuchKey") {
		return verify.Object{}, approval.ErrNotFound
	}
	if err != nil {
		return verify.Object{}, cloud.Plain(err)
	}
	defer out.Body.Close()
	var object verify.Object
	if sum, err := base64.StdEncoding.DecodeString(aws.ToString(out.ChecksumSHA256)); err == nil {
		object.SHA256 = hex.EncodeToString(sum)
	}
	object.Body, err = io.ReadAll(out.Body)
	if err != nil && (out.ContentLength == nil || int64(len(object.Body)) != *out.ContentLength) {
		return verify.Object{}, cloud.Plain(err)
	}
	return object, nil
}

// Lock implements verify.Store.
func (v Versions) Lock(ctx context.Context, key, version string) (verify.Lock, error) {
	var lock verify.Lock
	retention, err := v.Client.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &v.Bucket, Key: &key, VersionId: &version})
	switch {
	case cloud.HasCode(err, notLocked):
	case err != nil:
		return lock, cloud.Plain(err)
	case retention.Retention != nil:
		lock.Mode, lock.Until = verify.Mode(retention.Retention.Mode), aws.ToTime(retention.Retention.RetainUntilDate)
	}
	hold, err := v.Client.GetObjectLegalHold(ctx, &s3.GetObjectLegalHoldInput{Bucket: &v.Bucket, Key: &key, VersionId: &version})
	switch {
	case cloud.HasCode(err, notLocked):
	case err != nil:
		return lock, cloud.Plain(err)
	case hold.LegalHold != nil:
		lock.Hold = hold.LegalHold.Status == types.ObjectLockLegalHoldStatusOn
	}
	return lock, nil
}

// notLocked is the error code of an object without a retention or a legal hold.
const notLocked = "NoSuchObjectLockConfiguration"

// Rule implements verify.Store.
func (v Versions) Rule(ctx context.Context) (verify.Rule, error) {
	out, err := v.Client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &v.Bucket})
	if cloud.HasCode(err, "ObjectLockConfigurationNotFoundError") {
		return verify.Rule{}, nil
	}
	if err != nil {
		return verify.Rule{}, cloud.Plain(err)
	}
	if c := out.ObjectLockConfiguration; c != nil && c.Rule != nil && c.Rule.DefaultRetention != nil {
		r := c.Rule.DefaultRetention
		return verify.Rule{Mode: verify.Mode(r.Mode), Period: time.Duration(aws.ToInt32(r.Days)+365*aws.ToInt32(r.Years)) * day}, nil
	}
	return verify.Rule{}, nil
}
