package alerts

import (
	"context"
	"fmt"
	"log/slog"

	"clinical-risk-pipeline/workflow/alert"
)

// keepScores keeps the counts of a run's scores beside those of the runs before, and reports them as metrics. A repetition keeps and
// reports the same.
func (u *Updater) keepScores(ctx context.Context, head alert.Head, scores alert.Scores) error {
	scores.Cut, scores.Execution, scores.NotScored = head.Run.Cut, head.Run.Execution, head.Source.Counts.Failed
	var recent alert.Recent
	key := alert.ScoresKey(u.model())
	revision, err := u.document(ctx, key, &recent)
	if err != nil {
		return err
	}
	jumps, judged := recent.Jumps(scores, u.trial().Outcomes)
	u.report(ctx, scores, jumps, judged)
	return u.putDocument(ctx, key, recent.With(scores), revision)
}

// metricsOf is the metadata that makes CloudWatch read metrics from a line of a log:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type metricsOf struct {
	Timestamp         int64       `json:"Timestamp"` // in milliseconds
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []metric   `json:"Metrics"`
}

type metric struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

// report logs the scores of a run as metrics: counts and shares only. A share of nobody, and a jump that nobody can judge, have no metric.
func (u *Updater) report(ctx context.Context, s alert.Scores, jumps, judged bool) {
	var metrics []metric
	attributes := []slog.Attr{
		slog.String(alert.TrialDimension, u.trial().ID), slog.String(alert.ModelDimension, u.model()), slog.String("cut", s.Cut), slog.String("execution", s.Execution),
	}
	add := func(name, unit string, value any) {
		metrics = append(metrics, metric{name, unit})
		attributes = append(attributes, slog.Any(name, value))
	}
	add(alert.ScoredMetric, "Count", s.Scored)
	add(alert.NotScoredMetric, "Count", s.NotScored)
	add(alert.HighMetric, "Count", s.High)
	for i, n := range s.Tenths {
		add(fmt.Sprint(alert.TenthMetric, i), "Count", n)
	}
	if share, scored := s.Share(); scored {
		add(alert.ShareMetric, "None", share)
	}
	if judged {
		jump := 0
		if jumps {
			jump = 1
		}
		add(alert.JumpMetric, "Count", jump)
	}
	about := metricsOf{u.Now().UnixMilli(), []directive{{alert.MetricNamespace, [][]string{{alert.TrialDimension, alert.ModelDimension}}, metrics}}}
	u.Log.LogAttrs(ctx, slog.LevelInfo, "scores", append(attributes, slog.Any("_aws", about))...)
}
