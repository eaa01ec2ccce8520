package operate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// MapRun is how far a Distributed Map came.
type MapRun struct {
	ARN       string     `json:"mapRun"`
	Status    string     `json:"status"`
	Total     int64      `json:"total"` // items that were read so far
	Succeeded int64      `json:"succeeded"`
	Failed    int64      `json:"failed"` // or timed out, or aborted
	Running   int64      `json:"running"`
	Pending   int64      `json:"pending"`
	Repeated  int64      `json:"redriven,omitempty"` // child executions that a redrive repeats, or repeats right now
	StartedAt time.Time  `json:"startedAt"`
	StoppedAt *time.Time `json:"stoppedAt,omitempty"`
}

// mapRun describes a Map Run.
func (a *AWS) mapRun(ctx context.Context, arn string) (MapRun, error) {
	out, err := insist(ctx, a, a.client.DescribeMapRun, &sfn.DescribeMapRunInput{MapRunArn: &arn})
	if err != nil {
		return MapRun{}, err
	}
	m := MapRun{ARN: arn, Status: string(out.Status), StartedAt: aws.ToTime(out.StartDate).UTC(), StoppedAt: utc(out.StopDate)}
	if n := out.ItemCounts; n != nil {
		m.Total, m.Succeeded, m.Running, m.Pending = n.Total, n.Succeeded, n.Running, n.Pending
		m.Failed = n.Failed + n.TimedOut + n.Aborted
	}
	if n := out.ExecutionCounts; n != nil {
		m.Repeated = n.Failed + n.TimedOut + n.Aborted - aws.ToInt64(n.FailuresNotRedrivable)
	}
	return m, nil
}

// mapRuns describes the Map Runs of an execution.
func (a *AWS) mapRuns(ctx context.Context, arns []string) ([]MapRun, error) {
	var runs []MapRun
	for _, arn := range arns {
		run, err := a.mapRun(ctx, arn)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// Words describes the Map Run in one line. The time left follows from the items so far, and is only known while items are done.
func (m MapRun) Words(now time.Time) string {
	done := m.Succeeded + m.Failed
	text := fmt.Sprintf("%d of %d items done", done, m.Total)
	if m.Failed > 0 {
		text += fmt.Sprintf(", %d failed", m.Failed)
	}
	if left := m.Total - done; m.StoppedAt == nil && done > 0 && left > 0 {
		text += ", about " + (now.Sub(m.StartedAt) * time.Duration(left) / time.Duration(done)).Round(time.Second).String() + " left"
	}
	return text
}

// Label is the label of the map in its Map Run, "" if it has none. A Map Run is NAME/LABEL:ID, or NAME:ID.
func (m MapRun) Label() string {
	_, label, _ := strings.Cut(m.ARN, "/")
	label, _, _ = strings.Cut(label, ":")
	return label
}
