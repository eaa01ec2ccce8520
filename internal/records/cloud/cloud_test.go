package cloud

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval/auditor"
)

var at = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

// pages are the answers of S3 to a list of versions.
type pages struct {
	auditor.VersionsS3
	answers []*s3.ListObjectVersionsOutput
	asked   []*s3.ListObjectVersionsInput
}

func (p *pages) ListObjectVersions(_ context.Context, in *s3.ListObjectVersionsInput, _ ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error) {
	p.asked = append(p.asked, in)
	if len(p.answers) == 0 {
		return nil, errors.New("no page is left")
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer, nil
}

func object(key, id string, hours int) types.ObjectVersion {
	return types.ObjectVersion{Key: &key, VersionId: &id, Size: aws.Int64(7), LastModified: aws.Time(at.Add(time.Duration(hours) * time.Hour))}
}

func marker(key, id string, hours int) types.DeleteMarkerEntry {
	return types.DeleteMarkerEntry{Key: &key, VersionId: &id, LastModified: aws.Time(at.Add(time.Duration(hours) * time.Hour))}
}

func page(next string, markers []types.DeleteMarkerEntry, versions ...types.ObjectVersion) *s3.ListObjectVersionsOutput {
	out := &s3.ListObjectVersionsOutput{Versions: versions, DeleteMarkers: markers}
	if next != "" {
		out.IsTruncated, out.NextKeyMarker, out.NextVersionIdMarker = aws.Bool(true), &next, aws.String("v")
	}
	return out
}

// The versions of one key come together and the oldest first, also where they are on two pages.
func TestVersionsOfAKeyComeTogether(t *testing.T) {
	client := &pages{answers: []*s3.ListObjectVersionsOutput{
		page("b", []types.DeleteMarkerEntry{marker("b", "m", 3)}, object("a", "1", 0), object("b", "2", 1)), // S3 has no fractions of a second
		page("", nil, object("b", "1", 1), object("c", "1", 0)),
	}}
	store := Store{auditor.Versions{Client: client, Bucket: "records"}}
	var got []string
	for o, err := range store.List(t.Context(), "decisions/T/", "_") {
		if err != nil {
			t.Fatal(err)
		}
		text := o.Key
		for _, v := range o.Versions {
			text += " " + v.ID
		}
		got = append(got, text)
	}
	if all := strings.Join(got, ", "); all != "a 1, b 1 2 m, c 1" {
		t.Errorf("got %s", all)
	}
	if first := client.asked[0]; *first.Prefix != "decisions/T/" || *first.KeyMarker != "_" || *client.asked[1].KeyMarker != "b" {
		t.Errorf("asked for %+v", first)
	}
	if store.Source() != (records.Source{Kind: records.Bucket, Bucket: "records"}) {
		t.Errorf("the source is %+v", store.Source())
	}
}

// Whether S3 lists the marker itself or begins after it, the list begins after it.
func TestAListBeginsAfterAKey(t *testing.T) {
	client := &pages{answers: []*s3.ListObjectVersionsOutput{page("", nil, object("a", "1", 0), object("b", "1", 0))}}
	for o, err := range (Store{auditor.Versions{Client: client, Bucket: "records"}}).List(t.Context(), "", "a") {
		if o.Key != "b" || err != nil {
			t.Errorf("listed %s, %v", o.Key, err)
		}
	}
}

func TestAListThatBreaksOffSaysSo(t *testing.T) {
	store := Store{auditor.Versions{Client: &pages{answers: []*s3.ListObjectVersionsOutput{page("a", nil, object("a", "1", 0))}}, Bucket: "records"}}
	var last error
	for _, err := range store.List(t.Context(), "x", "") {
		last = err
	}
	if last == nil {
		t.Error("the list ended without an error")
	}
}

// events are the answers of CloudWatch Logs.
type events struct {
	auditor.InvocationLogs
	asked []*cloudwatchlogs.FilterLogEventsInput
}

func (e *events) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	e.asked = append(e.asked, in)
	if in.NextToken == nil {
		return &cloudwatchlogs.FilterLogEventsOutput{NextToken: aws.String("more"), Events: []logs.FilteredLogEvent{{Message: aws.String("1")}}}, nil
	}
	return &cloudwatchlogs.FilterLogEventsOutput{Events: []logs.FilteredLogEvent{{Message: aws.String("2")}}}, nil
}

func TestEventsComePageByPage(t *testing.T) {
	client := &events{}
	trail := Trail{auditor.Invocations{Client: client, Group: "trail"}}
	var got []string
	for event, err := range trail.Events(t.Context(), "{ x }", at, at.Add(time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, event)
	}
	if strings.Join(got, "") != "12" || *client.asked[0].FilterPattern != "{ x }" || *client.asked[0].StartTime != at.UnixMilli() || *client.asked[0].LogGroupName != trail.Group() {
		t.Errorf("got %q, asked %+v", got, client.asked[0])
	}
	for event, err := range trail.Events(t.Context(), "{ x }", at, at) {
		t.Errorf("an empty period has %q, %v", event, err)
	}
}

// query is the answer of DynamoDB.
type query struct{ asked *dynamodb.QueryInput }

func (q *query) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	q.asked = in
	text := func(s string) table.AttributeValue { return &table.AttributeValueMemberS{Value: s} }
	return &dynamodb.QueryOutput{Items: []map[string]table.AttributeValue{
		{"sk": text("CLAIM#2026-03-01"), "execution": text("arn:e"), "startedAt": text("2026-03-01T03:00:00.000Z")}, {"sk": text("CLAIM#2026-03-02")},
	}}, nil
}

// The claims are as the executions write them.
func TestClaimsAreThoseOfTheTrial(t *testing.T) {
	client := &query{}
	var got []records.Claim
	for claim, err := range (Claims{client, "registry", "T-1"}).Claims(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, claim)
	}
	if len(got) != 2 || got[0] != (records.Claim{Cut: "2026-03-01", Execution: "arn:e", StartedAt: "2026-03-01T03:00:00.000Z"}) || got[1].Execution != "" {
		t.Errorf("got %+v", got)
	}
	if partition := client.asked.ExpressionAttributeValues[":trial"].(*table.AttributeValueMemberS).Value; partition != "TRIAL#T-1" || *client.asked.TableName != "registry" {
		t.Errorf("asked for %s of %s", partition, *client.asked.TableName)
	}
}
