package cloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/lambda/approval/cloud"
)

// Logs implements proof.Logs.
type Logs struct {
	Client cloudwatchlogs.FilterLogEventsAPIClient
}

// Any implements proof.Logs. It reads no message of an event.
func (l Logs) Any(ctx context.Context, group, streams string, from, to time.Time) (bool, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, StartTime: aws.Int64(from.UnixMilli()), EndTime: aws.Int64(to.UnixMilli()), Limit: aws.Int32(1)}
	if streams != "" {
		in.LogStreamNamePrefix = &streams
	}
	for pages := cloudwatchlogs.NewFilterLogEventsPaginator(l.Client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if cloud.HasCode(err, "ResourceNotFoundException") {
			return false, proof.ErrAbsent
		}
		if err != nil {
			return false, cloud.Plain(err)
		}
		if len(page.Events) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Metrics implements proof.Metrics.
type Metrics struct {
	Client cloudwatch.GetMetricDataAPIClient
	Now    func() time.Time
}

// period is the shortest for which CloudWatch still has data of a time:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Metric
func period(age time.Duration) int32 {
	switch day := 24 * time.Hour; {
	case age < 15*day:
		return 60
	case age < 63*day:
		return 300
	}
	return 3600
}

// Sums implements proof.Metrics.
func (m Metrics) Sums(ctx context.Context, metrics []proof.Metric, from, to time.Time) ([]*float64, error) {
	length := period(m.Now().Sub(from))
	step := time.Duration(length) * time.Second
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(from.Truncate(step)), EndTime: aws.Time(to.Add(step - 1).Truncate(step))}
	for i, metric := range metrics {
		var dimensions []types.Dimension
		for _, name := range slices.Sorted(maps.Keys(metric.Dimensions)) {
			dimensions = append(dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(metric.Dimensions[name])})
		}
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
			Id: aws.String(id(i)), MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: &metric.Namespace, MetricName: &metric.Name, Dimensions: dimensions}, Period: &length, Stat: aws.String("Sum"),
			},
		})
	}
	sums := make([]*float64, len(metrics))
	for pages := cloudwatch.NewGetMetricDataPaginator(m.Client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, cloud.Plain(err)
		}
		for _, result := range page.MetricDataResults {
			for i := range metrics {
				if aws.ToString(result.Id) != id(i) {
					continue
				}
				for _, value := range result.Values {
					if sums[i] == nil {
						sums[i] = new(float64)
					}
					*sums[i] += value
				}
			}
		}
	}
	return sums, nil
}

// id is the id of the query for a metric.
func id(i int) string { return fmt.Sprint("m", i) }
