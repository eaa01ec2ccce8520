package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/workflow"
)

// listCommand is `clinicalrisk list`.
type listCommand struct {
	operating `embed:""`
	Trial     string `placeholder:"ID" help:"The executions of this registered trial. Default: those of the pipelines of subjects and cohorts."`
	Failed    bool   `help:"Only executions that failed, timed out or were stopped."`
	Status    string `enum:"running,succeeded,failed,timed_out,aborted," default:"" placeholder:"STATUS" help:"Only executions with this status: running, succeeded, failed, timed_out or aborted. Default: all."`
	Since     string `placeholder:"DAY" help:"Only executions that started on this day, YYYY-MM-DD in UTC, or later. Default: all of the last 90 days."`
	Limit     int    `default:"50" placeholder:"N" help:"The most executions to list, the newest ones; 0 for all. Default: ${default}."`
}

// Validate checks combinations of flags. The parser calls it.
func (c *listCommand) Validate() error {
	switch {
	case c.Failed && c.Status != "":
		return errors.New("use either --failed or --status")
	case c.Since != "" && !isDay(c.Since):
		return fmt.Errorf("--since must be a day, YYYY-MM-DD, got %q", c.Since)
	case c.Limit < 0:
		return fmt.Errorf("--limit must be 0 or more, got %d", c.Limit)
	case c.Trial != "" && !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	}
	return c.check()
}

// statuses are those of --failed and --status.
func (c *listCommand) statuses() []types.ExecutionStatus {
	all := map[string]types.ExecutionStatus{
		"running": types.ExecutionStatusRunning, "succeeded": types.ExecutionStatusSucceeded, "failed": types.ExecutionStatusFailed,
		"timed_out": types.ExecutionStatusTimedOut, "aborted": types.ExecutionStatusAborted,
	}
	switch {
	case c.Failed:
		return operate.Unsuccessful
	case c.Status != "":
		return []types.ExecutionStatus{all[c.Status]}
	}
	return nil
}

// Run executes the command.
func (c *listCommand) Run(ctx context.Context, s program.Streams) error {
	settings, err := c.settings(ctx, aliasRegion(c.Alias))
	if err != nil {
		return err
	}
	client := connect(s, settings, 0)
	machines, err := c.machines(ctx, settings, c.Trial)
	if err != nil {
		return err
	}
	since, _ := time.Parse(time.DateOnly, c.Since) // Validate has checked it.
	found := []*operate.Execution{}
	for _, m := range machines {
		part, err := client.List(ctx, m, operate.ListOptions{Statuses: c.statuses(), Since: since, Limit: c.Limit})
		if err != nil {
			return err
		}
		found = append(found, part...)
	}
	slices.SortStableFunc(found, func(a, b *operate.Execution) int { return b.StartedAt.Compare(a.StartedAt) })
	if c.Limit > 0 && len(found) > c.Limit {
		found = found[:c.Limit]
	}
	if c.JSON {
		return printJSON(s.Out, map[string]any{"executions": found})
	}
	if len(found) == 0 {
		fmt.Fprintln(s.Out, "No executions.")
		return nil
	}
	tabulate(s.Out, func(row func(cells ...any)) {
		row("STARTED", "STATUS", "TOOK", "REDRIVEN", "EXECUTION")
		for _, e := range found {
			took := ""
			if e.StoppedAt != nil {
				took = e.StoppedAt.Sub(e.StartedAt).Round(time.Millisecond).String()
			}
			row(stamp(e.StartedAt), e.Status, took, e.RedriveCount, e.ARN)
		}
	})
	return nil
}

// aliasRegion is the region in the ARN of --alias, "" without one.
func aliasRegion(arn string) string {
	m, err := operate.ParseMachine(arn)
	if err != nil {
		return ""
	}
	return m.Region()
}
