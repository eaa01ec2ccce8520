package cloud

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

// Requirements: P11-10e
func TestObjectsCreatesNewObjectsOnly(t *testing.T) {
	var in *s3.PutObjectInput
	objects := Objects{Bucket: "records", Client: &fake{putObject: func(put *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
		in = put
		return &s3.PutObjectOutput{VersionId: aws.String("v1")}, nil
	}}}
	version, err := objects.Create(context.Background(), "approvals/1.json", []byte("{}"))
	if err != nil || version != "v1" {
		t.Fatalf("got %q, %v", version, err)
	}
	if aws.ToString(in.IfNoneMatch) != "*" || *in.Bucket != "records" || *in.Key != "approvals/1.json" {
		t.Errorf("put %+v", in)
	}
}

func TestObjectsReportsWhyItCreatedNothing(t *testing.T) {
	for reason, row := range map[string]struct {
		answers []error // one for each attempt
		version string
		want    string // empty: created
		is      error
	}{
		"somebody was first": {answers: []error{refused("PreconditionFailed")}, want: "already exists", is: approval.ErrExists},
		"two puts conflict, and the second attempt succeeds": {answers: []error{refused("ConditionalRequestConflict"), nil}, version: "v1"},
		"two puts conflict at every attempt":                 {answers: []error{refused("ConditionalRequestConflict"), refused("ConditionalRequestConflict"), refused("ConditionalRequestConflict")}, want: "S O: ConditionalRequestConflict"},
		"no permission":                                      {answers: []error{refused("AccessDenied")}, want: "S O: AccessDenied"},
		"without versions a record can be altered":           {answers: []error{nil}, want: "the bucket of the records has no versioning: switch it on"},
		"suspended versioning overwrites null":               {answers: []error{nil}, version: "null", want: "the bucket of the records has no versioning: switch it on"},
	} {
		t.Run(reason, func(t *testing.T) {
			attempt := 0
			objects := Objects{Client: &fake{putObject: func(in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
				if body, err := io.ReadAll(in.Body); err != nil || string(body) != "{}" {
					t.Errorf("attempt %d puts %q, %v", attempt, body, err)
				}
				attempt++
				return &s3.PutObjectOutput{VersionId: aws.String(row.version)}, row.answers[attempt-1]
			}}}
			_, err := objects.Create(context.Background(), "k", []byte("{}"))
			if attempt != len(row.answers) {
				t.Errorf("%d attempts, want %d", attempt, len(row.answers))
			}
			if (err == nil) != (row.want == "") || err != nil && err.Error() != row.want || row.is != nil && !errors.Is(err, row.is) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestObjectsTellsAMissingObjectFromAForbiddenOne(t *testing.T) {
	for reason, row := range map[string]struct {
		answer error
		listed []string
		want   string
	}{
		"S3 reports a missing object":                   {refused("NoSuchKey"), nil, "not found"},
		"S3 hides whether it exists, the list does not": {refused("AccessDenied"), []string{"k1"}, "not found"},
		"it exists, and is forbidden":                   {refused("AccessDenied"), []string{"k"}, "S O: AccessDenied"},
		"S3 is slow":                                    {refused("SlowDown"), nil, "S O: SlowDown"},
	} {
		t.Run(reason, func(t *testing.T) {
			objects := Objects{Bucket: "records", Client: &fake{
				getObject: func(*s3.GetObjectInput) (*s3.GetObjectOutput, error) { return nil, row.answer },
				listObjects: func(*s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
					out := &s3.ListObjectsV2Output{}
					for _, key := range row.listed {
						out.Contents = append(out.Contents, types.Object{Key: &key})
					}
					return out, nil
				},
			}}
			if _, _, err := objects.Read(context.Background(), "k"); err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestObjectsReadsAndListsAllPages(t *testing.T) {
	objects := Objects{Bucket: "records", Client: &fake{
		getObject: func(in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
			return &s3.GetObjectOutput{Body: io.NopCloser(strings.NewReader(*in.Bucket + " " + *in.Key)), VersionId: aws.String("v7")}, nil
		},
		listObjects: func(in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
			if *in.Prefix != "decisions/" {
				t.Errorf("lists %s", *in.Prefix)
			}
			if in.ContinuationToken == nil {
				return &s3.ListObjectsV2Output{Contents: []types.Object{{Key: aws.String("a")}}, IsTruncated: aws.Bool(true), NextContinuationToken: aws.String("next")}, nil
			}
			return &s3.ListObjectsV2Output{Contents: []types.Object{{Key: aws.String("b")}}}, nil
		},
	}}
	body, version, err := objects.Read(context.Background(), "a")
	if err != nil || string(body) != "records a" || version != "v7" {
		t.Errorf("read %q, %q, %v", body, version, err)
	}
	keys, err := objects.List(context.Background(), "decisions/")
	if diff := cmp.Diff([]string{"a", "b"}, keys); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// The header is part of the signature, so nobody on the way can remove it.
func TestOwnedByNamesTheOwnerInEveryCall(t *testing.T) {
	var owners, signed []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		owners = append(owners, r.Header.Get("x-amz-expected-bucket-owner"))
		signed = append(signed, r.Header.Get("Authorization"))
		w.Header().Set("x-amz-version-id", "v1")
		if r.URL.Query().Get("list-type") != "" {
			_, _ = io.WriteString(w, `<ListBucketResult/>`)
		}
	}))
	defer server.Close()
	objects := Objects{Bucket: "records", Client: s3.New(s3.Options{
		Region: "eu-central-1", BaseEndpoint: &server.URL, UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	}, OwnedBy("123456789012"))}
	if _, err := objects.List(t.Context(), "decisions/"); err != nil {
		t.Error(err)
	}
	if _, _, err := objects.Read(t.Context(), "k"); err != nil {
		t.Error(err)
	}
	if _, err := objects.Create(t.Context(), "k", []byte("{}")); err != nil {
		t.Error(err)
	}
	if len(owners) != 3 {
		t.Errorf("%d calls", len(owners))
	}
	for i, owner := range owners {
		if owner != "123456789012" || !strings.Contains(signed[i], "x-amz-expected-bucket-owner") {
			t.Errorf("call %d names the owner %q, signed as %s", i, owner, signed[i])
		}
	}
}
