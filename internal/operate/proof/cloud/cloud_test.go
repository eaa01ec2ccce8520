package cloud_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/emr"
	emrtypes "github.com/aws/aws-sdk-go-v2/service/emr/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/klauspost/compress/zstd"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/operate/proof/cloud"
)

// secret is in what services say, and must not be in errors.
const secret = "secret-4711"

// refused is the refusal of a call.
func refused(code string) error {
	return &smithy.OperationError{ServiceID: "S", OperationName: "O", Err: &smithy.GenericAPIError{Code: code, Message: secret}}
}

type bucket struct {
	body string
	keys []string
	err  error
	got  *s3.GetObjectInput
}

func (b *bucket) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	b.got = in
	return &s3.GetObjectOutput{Body: io.NopCloser(strings.NewReader(b.body))}, b.err
}

func (b *bucket) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	out := &s3.ListObjectsV2Output{}
	for _, key := range b.keys {
		if strings.HasPrefix(key, *in.Prefix) {
			out.Contents = append(out.Contents, s3types.Object{Key: &key})
		}
	}
	return out, b.err
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 1<<18)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(w, "a\nb\n")
	_ = w.Close()
	encoder, _ := zstd.NewWriter(nil)
	for reason, row := range map[string]struct {
		key, body string
		want      int
	}{
		"lines":                {"c.jsonl", "a\nb\nc\n", 3},
		"no line feed at last": {"c.jsonl", "a\nb", 2},
		"empty lines":          {"c.jsonl", "a\n\n  \r\nb\n\n", 2},
		"nothing":              {"c.jsonl", "", 0},
		"a long line":          {"c.jsonl", long + "\n" + long, 2},
		"gzip":                 {"c.jsonl.gz", zipped.String(), 2},
		"zstd":                 {"c.jsonl.zst", string(encoder.EncodeAll([]byte("a\nb\nc\n"), nil)), 3},
	} {
		b := &bucket{body: row.body}
		if n, err := (cloud.Objects{Client: b}).Lines(t.Context(), "data", row.key, "v-1"); n != row.want || err != nil || aws.ToString(b.got.VersionId) != "v-1" {
			t.Errorf("%s: %d lines, %v, want %d", reason, n, err, row.want)
		}
	}
	if _, err := (cloud.Objects{Client: &bucket{body: "plain"}}).Lines(t.Context(), "data", "c.gz", ""); err == nil || strings.Contains(err.Error(), "plain") {
		t.Errorf("not compressed: %v", err)
	}
	for code, absent := range map[string]bool{"NoSuchKey": true, "NoSuchVersion": true, "MethodNotAllowed": true, "AccessDenied": false} {
		_, err := (cloud.Objects{Client: &bucket{err: refused(code)}}).Lines(t.Context(), "data", "c", "")
		if errors.Is(err, proof.ErrAbsent) != absent || err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestAnyObject(t *testing.T) {
	o := cloud.Objects{Client: &bucket{keys: []string{"logs/j-1/steps/s-1/stderr.gz"}}}
	for prefix, want := range map[string]bool{"logs/j-1/steps/s-1/": true, "logs/j-1/steps/s-2/": false} {
		if got, err := o.Any(t.Context(), "b", prefix); got != want || err != nil {
			t.Errorf("%s: %t, %v", prefix, got, err)
		}
	}
	if _, err := (cloud.Objects{Client: &bucket{err: refused("AccessDenied")}}).Any(t.Context(), "b", ""); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}

type cluster struct {
	logs      *string
	stepErr   error
	describes error
}

func (c cluster) DescribeStep(context.Context, *emr.DescribeStepInput, ...func(*emr.Options)) (*emr.DescribeStepOutput, error) {
	return &emr.DescribeStepOutput{Step: &emrtypes.Step{Status: &emrtypes.StepStatus{State: emrtypes.StepStateCompleted}}}, c.stepErr
}

func (c cluster) DescribeCluster(context.Context, *emr.DescribeClusterInput, ...func(*emr.Options)) (*emr.DescribeClusterOutput, error) {
	return &emr.DescribeClusterOutput{Cluster: &emrtypes.Cluster{LogUri: c.logs}}, c.describes
}

func TestSteps(t *testing.T) {
	for reason, row := range map[string]struct {
		client      cluster
		state, logs string
		err         string
	}{
		"a step with logs":     {cluster{logs: aws.String("s3n://logs/")}, "COMPLETED", "s3n://logs/j-1/steps/s-1/", ""},
		"a cluster without":    {cluster{}, "COMPLETED", "", ""},
		"an unknown step":      {cluster{stepErr: refused("InvalidRequestException")}, "", "", "it does not exist"},
		"a refusal":            {cluster{stepErr: refused("AccessDeniedException")}, "", "", "S O: AccessDeniedException"},
		"a refusal of cluster": {cluster{describes: refused("AccessDeniedException")}, "COMPLETED", "", "S O: AccessDeniedException"},
	} {
		state, logs, err := cloud.Steps{Client: row.client}.Step(t.Context(), "j-1", "s-1")
		if state != row.state || logs != row.logs || (err == nil) != (row.err == "") || err != nil && err.Error() != row.err {
			t.Errorf("%s: %s, %s, %v", reason, state, logs, err)
		}
	}
}

type group struct {
	pages int // before the one with an event; -1: no event
	err   error
	asked *cloudwatchlogs.FilterLogEventsInput
}

func (g *group) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	g.asked = in
	if g.err != nil || g.pages < 0 {
		return &cloudwatchlogs.FilterLogEventsOutput{}, g.err
	}
	if g.pages > 0 {
		g.pages--
		return &cloudwatchlogs.FilterLogEventsOutput{NextToken: aws.String(strings.Repeat("n", g.pages+1))}, nil
	}
	return &cloudwatchlogs.FilterLogEventsOutput{Events: []logtypes.FilteredLogEvent{{Message: aws.String(secret)}}}, nil
}

func TestLogs(t *testing.T) {
	from := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	for reason, row := range map[string]struct {
		group group
		want  bool
		err   string
	}{
		"an event":             {group{}, true, ""},
		"an event after pages": {group{pages: 2}, true, ""},
		"no event":             {group{pages: -1}, false, ""},
		"no group":             {group{err: refused("ResourceNotFoundException")}, false, "it does not exist"},
		"a refusal":            {group{err: refused("AccessDeniedException")}, false, "S O: AccessDeniedException"},
	} {
		got, err := cloud.Logs{Client: &row.group}.Any(t.Context(), "g", "jr_1", from, from.Add(time.Minute))
		if got != row.want || (err == nil) != (row.err == "") || err != nil && err.Error() != row.err {
			t.Errorf("%s: %t, %v", reason, got, err)
		}
		if in := row.group.asked; *in.StartTime != from.UnixMilli() || *in.EndTime != from.Add(time.Minute).UnixMilli() || *in.LogStreamNamePrefix != "jr_1" {
			t.Errorf("%s: asked for %+v", reason, in)
		}
	}
}

type watch struct {
	asked []*cloudwatch.GetMetricDataInput
	err   error
}

func (w *watch) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	w.asked = append(w.asked, in)
	if in.NextToken == nil {
		return &cloudwatch.GetMetricDataOutput{NextToken: aws.String("n"), MetricDataResults: []cwtypes.MetricDataResult{{Id: aws.String("m0"), Values: []float64{1, 2}}}}, w.err
	}
	return &cloudwatch.GetMetricDataOutput{MetricDataResults: []cwtypes.MetricDataResult{{Id: aws.String("m0"), Values: []float64{4}}, {Id: aws.String("m1")}}}, w.err
}

func TestMetrics(t *testing.T) {
	from := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	metrics := []proof.Metric{{Namespace: "AWS/SNS", Name: "A", Dimensions: map[string]string{"TopicName": "t"}}, {Namespace: "AWS/SNS", Name: "B"}}
	for age, period := range map[time.Duration]int32{time.Hour: 60, 20 * 24 * time.Hour: 300, 90 * 24 * time.Hour: 3600} {
		w := &watch{}
		sums, err := cloud.Metrics{Client: w, Now: func() time.Time { return from.Add(age) }}.Sums(t.Context(), metrics, from, from.Add(90*time.Second))
		if err != nil || len(sums) != 2 || sums[0] == nil || *sums[0] != 7 || sums[1] != nil {
			t.Errorf("%v: %v, %v", age, sums, err)
		}
		stat := w.asked[0].MetricDataQueries[0].MetricStat
		if *stat.Period != period || *stat.Stat != "Sum" || *stat.Metric.Dimensions[0].Value != "t" || w.asked[0].EndTime.Before(from.Add(90*time.Second)) {
			t.Errorf("%v: asked for %+v", age, stat)
		}
	}
	if _, err := (cloud.Metrics{Client: &watch{err: refused("AccessDenied")}, Now: time.Now}).Sums(t.Context(), metrics, from, from); err == nil || err.Error() != "S O: AccessDenied" {
		t.Errorf("got %v", err)
	}
}
