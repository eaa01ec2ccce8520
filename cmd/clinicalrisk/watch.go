package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
)

// watchCommand is `clinicalrisk watch`.
type watchCommand struct {
	operating `embed:""`
	Trial     string `placeholder:"ID" help:"Without EXECUTION: the registered trial whose newest running execution to follow. Default: the pipelines of subjects and cohorts."`
	Started   string `placeholder:"NAME" help:"Follow all executions of one start, by its --name. Default: one execution."`
	Execution string `arg:"" optional:"" help:"The ARN of the execution. Default: the newest one that runs."`
}

// Help returns the details that --help shows.
func (watchCommand) Help() string {
	return `Ctrl-C leaves the execution alone: watch it again whenever you like, here or on another machine.

The command reads the history without inputs and outputs. It shows a cause only if it cannot quote data.

Exit codes: 0, the execution succeeded; 1, it failed, timed out or was stopped; 2, the command line is wrong or AWS refuses; 130, interrupted.`
}

// Validate checks combinations of flags. The parser calls it.
func (c *watchCommand) Validate() error {
	switch {
	case c.Execution != "" && (c.Trial != "" || c.Started != ""):
		return errors.New("use either EXECUTION, or --trial or --started: they look for executions")
	case c.Trial != "" && !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	case c.Execution != "":
		_, err := operate.ParseExecution(c.Execution)
		return errors.Join(err, c.check())
	}
	return c.check()
}

// Run executes the command.
func (c *watchCommand) Run(ctx context.Context, s program.Streams) error {
	region := ""
	if c.Execution != "" {
		region, _ = operate.ParseExecution(c.Execution) // Validate has checked it.
	}
	settings, err := c.settings(ctx, region)
	if err != nil {
		return err
	}
	client := connect(s, settings, 0)
	if c.Started != "" {
		return c.watchStarted(ctx, s, settings, client)
	}
	execution := c.Execution
	if execution == "" {
		if execution, err = c.newest(ctx, settings, client); err != nil {
			return err
		}
	}
	return c.follow(ctx, s, settings, client, execution, 0)
}

// newest returns the newest execution that runs.
func (c *watchCommand) newest(ctx context.Context, settings aws.Config, client *operate.AWS) (string, error) {
	machines, err := c.machines(ctx, settings, c.Trial)
	if err != nil {
		return "", err
	}
	var newest *operate.Execution
	var names []string
	for _, m := range machines {
		names = append(names, m.Name())
		found, err := client.List(ctx, m, operate.ListOptions{Statuses: []types.ExecutionStatus{types.ExecutionStatusRunning}, Limit: 1})
		if err != nil {
			return "", err
		}
		if len(found) > 0 && (newest == nil || found[0].StartedAt.After(newest.StartedAt)) {
			newest = found[0]
		}
	}
	if newest == nil {
		return "", fmt.Errorf("no execution of %s runs: name one, as clinicalrisk list shows them", strings.Join(names, " or "))
	}
	return newest.ARN, nil
}

// follow follows one execution, which was redriven so often, and prints its outcome.
func (c *operating) follow(ctx context.Context, s program.Streams, settings aws.Config, client *operate.AWS, execution string, redrives int) error {
	shown := newScreen(s)
	shown.change(operate.Change{At: operateClock.Now(), What: "follows " + execution})
	f := operate.Follower{AWS: client, Tell: shown.change, Status: shown.status, Redrives: redrives}
	f.Approvers = func(ctx context.Context) string {
		shown.change(operate.Change{At: operateClock.Now(), What: "somebody has to decide: clinicalrisk approvals --environment " + c.Environment + " show " + approval.ID(execution)})
		return c.approvers(ctx, settings, client, execution)
	}
	client.Say = func(text string) {
		shown.clear()
		note(s, text)
	}
	outcome, err := f.Follow(ctx, execution)
	shown.clear()
	if err != nil && (ctx.Err() != nil || !operate.Is(err, "ExecutionDoesNotExist", "InvalidArn")) {
		return leaving(err, ctx.Err() != nil, "clinicalrisk watch "+execution)
	}
	if err != nil {
		return err
	}
	return c.concluded(s, outcome)
}

// watchStarted follows all executions of one start.
func (c *watchCommand) watchStarted(ctx context.Context, s program.Streams, settings aws.Config, client *operate.AWS) error {
	machines, err := c.machines(ctx, settings, c.Trial)
	if err != nil {
		return err
	}
	var all []string
	for _, m := range machines {
		found, err := client.List(ctx, m, operate.ListOptions{Prefix: c.Started})
		if err != nil {
			return err
		}
		for _, e := range found {
			if e.Name == c.Started || strings.HasPrefix(e.Name, c.Started+"-") {
				all = append(all, e.ARN)
			}
		}
	}
	if len(all) == 0 {
		return fmt.Errorf("no execution is named %s or %s-…: clinicalrisk list shows the names", c.Started, c.Started)
	}
	slices.Reverse(all) // the oldest first
	return c.followAll(ctx, s, client, all, "clinicalrisk watch --started "+c.Started)
}

// many is the outcome of many executions.
type many struct {
	Executions int                `json:"executions"`
	Succeeded  int                `json:"succeeded"`
	Failed     int                `json:"failed"`
	Outcomes   []*operate.Outcome `json:"failures"` // of those that did not succeed
}

// followAll follows many executions, and prints their outcome.
func (c *operating) followAll(ctx context.Context, s program.Streams, client *operate.AWS, executions []string, again string) error {
	shown := newScreen(s)
	sum := many{Executions: len(executions), Outcomes: []*operate.Outcome{}}
	f := operate.Follower{AWS: client, Tell: shown.change, Status: shown.status}
	err := f.FollowAll(ctx, executions, func(o *operate.Outcome) {
		if o.Succeeded() {
			sum.Succeeded++
			return
		}
		sum.Failed++
		sum.Outcomes = append(sum.Outcomes, o)
		shown.change(operate.Change{At: operateClock.Now(), What: fmt.Sprintf("%s: %s in %s: %s", o.Name, o.Status, o.LastState, o.Error)})
	})
	shown.clear()
	if err != nil {
		return leaving(err, ctx.Err() != nil, again)
	}
	if c.JSON {
		err = printJSON(s.Out, sum)
	} else {
		printMany(s.Out, &sum)
	}
	if err == nil && sum.Failed > 0 {
		return program.Failed(nil)
	}
	return err
}
