package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// redriveCommand is `clinicalrisk redrive`.
type redriveCommand struct {
	operating `embed:""`
	Yes       bool   `help:"Redrive without a question. Required without a terminal."`
	Plan      bool   `help:"Say what a redrive will repeat, and do nothing."`
	Execution string `arg:"" help:"The ARN of the execution."`
}

// Help returns the details that --help shows.
func (redriveCommand) Help() string {
	return `Whoever redrives a cohort cannot approve it afterwards.

Exit codes: 0, the execution succeeded, or --plan says that it can be redriven; 1, it cannot be redriven, nobody said yes, or it failed again; 2, the command line is wrong or AWS refuses; 130, interrupted.`
}

// Validate checks the flags. The parser calls it.
func (c *redriveCommand) Validate() error {
	if c.Yes && c.Plan {
		return errors.New("use either --yes or --plan")
	}
	_, err := operate.ParseExecution(c.Execution)
	return errors.Join(err, c.check())
}

// Run executes the command.
func (c *redriveCommand) Run(ctx context.Context, s program.Streams) error {
	ask := newAsker(s)
	if ask == nil && !c.Yes && !c.Plan {
		return errors.New("--yes or --plan is required without a terminal")
	}
	region, _ := operate.ParseExecution(c.Execution) // Validate has checked it.
	settings, err := c.settings(ctx, region)
	if err != nil {
		return err
	}
	client := connect(s, settings, 0)
	plan, err := client.Plan(ctx, c.Execution)
	if err != nil {
		return err
	}
	switch {
	case c.Plan && c.JSON:
		if err := printJSON(s.Out, plan); err != nil {
			return err
		}
	case c.Plan:
		printPlan(s.Out, plan)
	case !c.JSON || ask != nil:
		printPlan(s.Err, plan)
	}
	if !plan.Redrivable {
		return program.Failed(fmt.Errorf("%s cannot be redriven: %s", plan.Name, plan.Why))
	}
	if c.Plan {
		return nil
	}
	if !c.Yes {
		answer, err := ask.ask(ctx, "Redrive it? [yes/no] ")
		if err != nil {
			return err
		}
		if answer != "yes" {
			return program.Failed(errors.New("nothing was redriven"))
		}
	}
	if err := client.Redrive(ctx, plan); err != nil {
		return err
	}
	return c.follow(ctx, s, settings, client, c.Execution, plan.RedriveCount+1)
}

// printPlan says what failed, and what a redrive repeats.
func printPlan(w io.Writer, p *operate.Plan) {
	printOutcome(w, p.Outcome)
	if len(p.Repeats) > 0 {
		fmt.Fprintln(w, "\nA redrive:")
	}
	for _, line := range p.Repeats {
		fmt.Fprintln(w, "  "+plain.Line(line))
	}
}
