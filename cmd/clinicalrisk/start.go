package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/workflow"
)

// startCommand is `clinicalrisk start`.
type startCommand struct {
	operating     `embed:""`
	Assembly      string  `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth wrote, whose definition the alias has to start. Default: ${default}."`
	AnyDefinition bool    `help:"Start, although the alias starts another definition than the assembly has, or without an assembly."`
	Trial         string  `placeholder:"ID" help:"Start one execution for the cohort of this trial: of a registered trial, the state machine of the trial."`
	Cut           string  `placeholder:"DAY" help:"The last day whose data count, YYYY-MM-DD; only with --trial. Default: that of the definition, the day of the start."`
	Name          string  `placeholder:"NAME" help:"The name of the execution, or the beginning of the names of several. The same name and file start nothing twice. Names are not encrypted: put no subject's id in it. Default: the kind and the time of the start."`
	Rate          float64 `default:"10" placeholder:"N" help:"The most calls a second. Default: ${default}."`
	AtOnce        int     `default:"-1" placeholder:"N" help:"The most executions that may be open at once, others included; 0 for no limit. Default: 200 where each adds a step to an EMR cluster, else no limit."`
	Wait          bool    `help:"Follow what was started until it ends, as watch does."`
	File          string  `arg:"" optional:"" help:"The inputs, one execution each: a .jsonl file has one per line, a .json file has one; - reads lines from standard input."`
}

// Help returns the details that --help shows.
func (startCommand) Help() string {
	return `The command checks all inputs, the definition and the names before it starts anything. It starts through the alias, at a bounded rate, and slows down when AWS throttles.

A data cut of a registered trial is scored once, whatever the name of the execution: the pipeline claims it, and a second execution ends as AlreadyScored.

Exit codes: 0, everything was started and, with --wait, succeeded; 1, with --wait, an execution did not succeed; 2, the command line, an input or the definition is wrong, or AWS refuses; 130, interrupted.`
}

// Validate checks combinations of flags. The parser calls it.
func (c *startCommand) Validate() error {
	switch {
	case c.File == "" && c.Trial == "":
		return errors.New("expected \"<file>\" or --trial ID")
	case c.File != "" && c.Trial != "":
		return errors.New("use either <file> or --trial: an execution scores one subject or a cohort")
	case c.Cut != "" && c.Trial == "":
		return errors.New("--cut requires --trial: it is the data cut of a cohort")
	case c.Cut != "" && !isDay(c.Cut):
		return fmt.Errorf("--cut must be a day, YYYY-MM-DD, got %q", c.Cut)
	case c.Cut > operateClock.Now().UTC().AddDate(0, 0, 1).Format("2006-01-02"): // a trial's day may begin before that of UTC
		return fmt.Errorf("--cut must not be after today, got %q", c.Cut)
	case c.Trial != "" && !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	case !(c.Rate > 0 && c.Rate <= 1000):
		return fmt.Errorf("--rate must be above 0 and at most 1000, got %v", c.Rate)
	case c.AtOnce < -1:
		return fmt.Errorf("--at-once must be 0 or more, got %d", c.AtOnce)
	}
	return c.check()
}

// Run executes the command.
func (c *startCommand) Run(ctx context.Context, s program.Streams) (err error) {
	plan, planErr := c.plan(ctx, s)
	if plan != nil {
		defer func() { err = errors.Join(err, plan.close()) }()
	}
	wanted, wantedErr := c.wanted()
	if err := errors.Join(planErr, wantedErr); err != nil {
		return err
	}
	settings, err := c.settings(ctx, aliasRegion(c.Alias))
	if err != nil {
		return err
	}
	machine, err := c.machine(ctx, settings, c.stack(wanted))
	if err != nil {
		return err
	}
	client := connect(s, settings, c.Rate)
	deployed, err := client.Deployed(ctx, machine)
	if err != nil {
		return err
	}
	if err := c.fits(deployed, wanted); err != nil {
		return err
	}
	starter := &operate.Starter{AWS: client, Alias: machine.Alias, AtOnce: c.atOnce(deployed)}
	if err := starter.Seed(ctx, machine); err != nil {
		return err
	}
	started, err := c.start(ctx, s, starter, plan)
	if err != nil {
		return c.stopped(ctx, started, plan, err)
	}
	if !c.Wait {
		return c.print(s.Out, started, plan)
	}
	if len(started) == 1 {
		return c.follow(ctx, s, settings, client, started[0].Execution, 0)
	}
	var all []string
	for _, e := range started {
		all = append(all, e.Execution)
	}
	return c.followAll(ctx, s, client, all, "clinicalrisk watch --started "+plan.name)
}

// start starts everything that was planned.
func (c *startCommand) start(ctx context.Context, s program.Streams, starter *operate.Starter, plan *startPlan) ([]*operate.Started, error) {
	bar := &progress{}
	bar.start(s.Err, plan.count, "executions")
	defer bar.end()
	starter.Waiting = func(open int) {
		bar.end()
		if isTerminal(s.Err) {
			note(s, fmt.Sprintf("%d executions are open: waiting until some end", open))
		}
	}
	var started []*operate.Started
	for request, err := range plan.requests {
		if err != nil {
			return started, err
		}
		e, err := starter.Start(ctx, request)
		if err != nil {
			return started, err
		}
		started = append(started, e)
		bar.step(1)
	}
	return started, nil
}

// stopped says how far a start came that did not come to its end, and how to go on.
func (c *startCommand) stopped(ctx context.Context, started []*operate.Started, plan *startPlan, err error) error {
	done := fmt.Sprintf("%d of %s started; the same command with --name %s starts the others", len(started), plural(plan.count, "execution"), plan.name)
	if ctx.Err() != nil {
		return program.Interrupted(done)
	}
	return errors.Join(err, errors.New(done))
}

// print says what was started.
func (c *startCommand) print(w io.Writer, started []*operate.Started, plan *startPlan) error {
	if c.JSON {
		return printJSON(w, map[string]any{"name": plan.name, "executions": started})
	}
	before := 0
	for _, e := range started {
		if e.Before {
			before++
		}
	}
	fmt.Fprintf(w, "Started %s", plural(len(started)-before, "execution"))
	if before > 0 {
		fmt.Fprintf(w, "; %s started before", plural(before, "execution"))
	}
	again := "--started " + plan.name
	if len(started) == 1 {
		again = started[0].Execution
	}
	_, err := fmt.Fprintf(w, "\nFollow: clinicalrisk watch %s\n", plain.Line(again))
	return err
}

// atOnce is the limit of open executions.
func (c *startCommand) atOnce(d *operate.Deployed) int {
	switch {
	case c.AtOnce >= 0:
		return c.AtOnce
	case strings.Contains(string(d.Versions[0].Definition), "elasticmapreduce:addStep"):
		return operate.EMRQueue
	}
	return 0
}

// stack is the stack whose alias starts the executions.
func (c *startCommand) stack(w *wanted) string {
	switch {
	case c.Trial == "":
		return workflow.SubjectStack
	case w != nil && !w.registered:
		return workflow.CohortStack
	}
	return cmp.Or(c.Trial, workflow.CohortStack)
}
