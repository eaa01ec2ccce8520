package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/workflow"
)

// ETL does the work of a Spark job, on every platform. A job with the argument --output, an S3 URI, writes the cohort there, or the
// subject of its context: see [WithFeatures]. A job without that argument writes nothing.
type ETL struct {
	// Cohort writes the cohort, JSON Lines, {"subject": "…", "features": {…}}. Default: none; a job with --output and without a subject
	// then aborts the run.
	Cohort func(io.Writer) error

	// Excluded writes excluded.jsonl beside the cohort: who was left out, and why. Default: none.
	Excluded func(io.Writer) error

	S3 S3 // receives the cohort
}

// WithFeatures returns a context in which jobs extract the features of one subject, a JSON value: they write
// {"subject": "…", "features": …}.
func WithFeatures(ctx context.Context, subject string, features any) context.Context {
	return context.WithValue(ctx, extracted{}, value.NewObject(2).With("subject", subject).With(workflow.Features, features))
}

// extracted is the key of the subject in a context.
type extracted struct{}

// outputArgument is the argument that says where to write the cohort.
const outputArgument = "--output"

// run does the work of a job with these arguments.
func (e ETL) run(ctx context.Context, arguments []any) error {
	i := slices.Index(arguments, any(outputArgument))
	if i < 0 || i+1 == len(arguments) {
		return nil
	}
	place, _ := arguments[i+1].(string)
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "s3" || u.Host == "" || len(u.Path) < 2 {
		return fmt.Errorf("the job's argument %s must be an S3 URI such as s3://bucket/key", outputArgument)
	}
	write := e.Cohort
	if subject := ctx.Value(extracted{}); subject != nil {
		write = func(w io.Writer) error {
			_, err := io.WriteString(w, asl.Encode(subject)+"\n")
			return err
		}
	}
	if write == nil {
		return errors.New("the job must write a cohort, and the run has none: name its file with --cohort")
	}
	key := strings.TrimPrefix(u.Path, "/")
	if e.Excluded != nil {
		if err := e.create(ctx, u.Host, path.Join(path.Dir(key), excludedFile), e.Excluded); err != nil {
			return err
		}
	}
	return e.create(ctx, u.Host, key, write)
}

// excludedFile is the object beside a cohort.
const excludedFile = "excluded.jsonl"

func (e ETL) create(ctx context.Context, bucket, key string, write func(io.Writer) error) error {
	object, err := e.S3.Create(ctx, bucket, key)
	if err != nil {
		return err
	}
	return errors.Join(write(object), object.Close())
}

// jobTime is the duration of a job: three to ten virtual minutes.
func jobTime(call *Call) time.Duration {
	return time.Duration(3+call.below("duration", 8)) * time.Minute
}
