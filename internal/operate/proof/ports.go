package proof

import (
	"context"
	"errors"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"

	"clinical-risk-pipeline/internal/records"
)

// ErrAbsent means that an object, a step or a log does not exist.
var ErrAbsent = errors.New("it does not exist")

// Ports are what a verification reads. A nil port makes its lines not verifiable. Package cloud has those of AWS.
type Ports struct {
	Objects Objects
	Steps   Steps
	Logs    Logs
	Metrics Metrics
	Records func(bucket string) records.Store
	Starts  approval.Starts // who started and redrove the execution, by the trail

	// Approval verifies the approval of an execution.
	Approval func(ctx context.Context, id string) (*approvals.Report, error)
}

// Objects reads the objects of S3.
type Objects interface {
	// Lines counts the lines of a version of an object that are not empty. It returns ErrAbsent if there is no such version.
	Lines(ctx context.Context, bucket, key, version string) (int, error)
	// Any reports whether there is an object below a prefix.
	Any(ctx context.Context, bucket, prefix string) (bool, error)
}

// Steps describes the steps of EMR clusters.
type Steps interface {
	// Step returns the state of a step, and the S3 URI of the folder of its logs, "" where the cluster keeps none.
	Step(ctx context.Context, cluster, step string) (state, logs string, err error)
}

// Logs reads CloudWatch Logs.
type Logs interface {
	// Any reports whether the streams of a log group whose names begin with a prefix have an event in a period.
	Any(ctx context.Context, group, streams string, from, to time.Time) (bool, error)
}

// Metric is a metric of CloudWatch.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
}

// Metrics reads the metrics of CloudWatch.
type Metrics interface {
	// Sums returns the sums of metrics over a period, in their order; nil for a metric without data.
	Sums(ctx context.Context, metrics []Metric, from, to time.Time) ([]*float64, error)
}
