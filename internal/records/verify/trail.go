package verify

import (
	"bufio"
	"context"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval/auditor"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
)

// trail returns the trail's events of a part; nil if the export has none. They are read as those of a log group.
func (s *store) trail() approvals.Trail {
	if s.manifest.Trail.Group == "" {
		return nil
	}
	return auditor.Invocations{Client: exported{s}, Group: s.manifest.Trail.Group, Now: s.Now}
}

// exported is the file of the trail's events, in the place of CloudWatch Logs.
type exported struct{ *store }

// longestEvent is the longest event of CloudTrail, in bytes:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const longestEvent = 1 << 20

// FilterLogEvents returns all events: the caller looks at each.
func (e exported) FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	file, _, err := records.OpenRegular(filepath.Join(e.Dir, e.part.Part, records.TrailFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longestEvent)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "lambda.amazonaws.com") {
			out.Events = append(out.Events, types.FilteredLogEvent{Message: aws.String(lines.Text())})
		}
	}
	return out, lines.Err()
}

// DescribeLogGroups says since when the log group had events, as the export noted it.
func (e exported) DescribeLogGroups(context.Context, *cloudwatchlogs.DescribeLogGroupsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	group := types.LogGroup{LogGroupName: &e.manifest.Trail.Group}
	if since := e.manifest.Trail.Since; since != nil {
		group.CreationTime = aws.Int64(since.UnixMilli())
	}
	return &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: []types.LogGroup{group}}, nil
}
