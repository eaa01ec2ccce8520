package operate

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// ListOptions choose executions.
type ListOptions struct {
	Statuses []types.ExecutionStatus // Default: all
	Since    time.Time               // started then or later. Default: all
	Prefix   string                  // of their names. Default: all
	Limit    int                     // the newest ones. Default: all
}

// Unsuccessful are the statuses of executions that ended, and did not succeed.
var Unsuccessful = []types.ExecutionStatus{types.ExecutionStatusFailed, types.ExecutionStatusTimedOut, types.ExecutionStatusAborted}

// List returns the executions of a state machine, the newest first. Step Functions lists those of 90 days.
func (a *AWS) List(ctx context.Context, m Machine, o ListOptions) ([]*Execution, error) {
	statuses := o.Statuses
	if len(statuses) == 0 {
		statuses = []types.ExecutionStatus{""}
	}
	var found []*Execution
	for _, status := range statuses {
		part, err := a.list(ctx, m, status, o)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	slices.SortStableFunc(found, func(a, b *Execution) int { return b.StartedAt.Compare(a.StartedAt) })
	if o.Limit > 0 && len(found) > o.Limit {
		found = found[:o.Limit]
	}
	return found, nil
}

// list returns the executions of a status, the newest first: that is the order of the service.
func (a *AWS) list(ctx context.Context, m Machine, status types.ExecutionStatus, o ListOptions) ([]*Execution, error) {
	var found []*Execution
	for in := (&sfn.ListExecutionsInput{StateMachineArn: &m.ARN, StatusFilter: status, MaxResults: pageSize}); ; {
		page, err := call(ctx, a, a.client.ListExecutions, in)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Executions {
			if aws.ToTime(e.StartDate).Before(o.Since) || o.Limit > 0 && len(found) >= o.Limit {
				return found, nil
			}
			if !strings.HasPrefix(aws.ToString(e.Name), o.Prefix) {
				continue
			}
			found = append(found, &Execution{
				ARN: aws.ToString(e.ExecutionArn), Name: aws.ToString(e.Name), Status: string(e.Status), StartedAt: aws.ToTime(e.StartDate).UTC(), StoppedAt: utc(e.StopDate),
				RedriveCount: int(aws.ToInt32(e.RedriveCount)), Machine: m.ARN, Version: aws.ToString(e.StateMachineVersionArn), Alias: aws.ToString(e.StateMachineAliasArn),
			})
		}
		if in.NextToken = page.NextToken; aws.ToString(in.NextToken) == "" {
			return found, nil
		}
	}
}
