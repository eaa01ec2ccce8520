package cloud

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"clinical-risk-pipeline/lambda/approval/auditor"
	"clinical-risk-pipeline/lambda/approval/cloud"
)

// Trail is the log group of a trail.
type Trail struct{ auditor.Invocations }

// NewTrail returns a log group with a client of the SDK.
func NewTrail(config aws.Config, group string) Trail {
	return Trail{auditor.Invocations{Client: cloudwatchlogs.NewFromConfig(config, cloud.Patiently), Group: group, Now: time.Now}}
}

// Group implements records.Trail.
func (t Trail) Group() string { return t.Invocations.Group }

// Events implements records.Trail.
func (t Trail) Events(ctx context.Context, pattern string, from, to time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if !to.After(from) {
			return
		}
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(t.Client, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: aws.String(t.Group()), StartTime: aws.Int64(from.UnixMilli()), EndTime: aws.Int64(to.UnixMilli()), FilterPattern: &pattern,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield("", cloud.Plain(err))
				return
			}
			for _, event := range page.Events {
				if !yield(aws.ToString(event.Message), nil) {
					return
				}
			}
		}
	}
}
