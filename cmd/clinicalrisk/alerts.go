package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// alertsCommand is `clinicalrisk alerts`: the people of a registered trial use it with their own AWS credentials, or with the registry of
// local runs. The exit code is 1 when the function refuses a call.
type alertsCommand struct {
	Registry    string `placeholder:"DIR" help:"The registry of local runs, of clinicalrisk run --registry. It believes who you say you are. Default: the trial's function on AWS."`
	Role        string `placeholder:"ROLE" help:"With --registry: the role of the trial's recipients that you act for. Default: all of them."`
	Function    string `placeholder:"ARN" help:"The ARN of the trial's function. Default: the output ActFunctionArn of the trial's stack."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose stack has the ARN as an output. Default: ${default}."`
	Trial       string `placeholder:"ID" help:"The trial whose stack has the ARN as an output."`
	JSON        bool   `help:"Print the answer as JSON."`

	List        listAlerts  `cmd:"" help:"List the open alerts and the subjects without a score, at the sites of your role."`
	Show        showAlert   `cmd:"" help:"Show an alert with everything that happened to it."`
	Acknowledge ackAlert    `cmd:"" help:"Say that you have seen an alert."`
	Action      actOnAlert  `cmd:"" help:"Say what you did about an alert."`
	Close       closeAlert  `cmd:"" help:"Close an alert, for a reason."`
	Suppress    pauseAlert  `cmd:"" help:"Want no news of an alert until a day, for a reason."`
	Explain     explainSub  `cmd:"" help:"Say why a subject cannot be scored, until a day."`
	Open        openAlerts  `cmd:"" help:"Print a link to the worklist's page, which is valid for minutes; with --registry, its file."`
	Watch       watchAlerts `cmd:"" help:"With --registry: do what the schedule does each day on AWS. It tells what is overdue, and sends digests."`
}

// Validate checks combinations of flags. The parser calls it.
func (c *alertsCommand) Validate() error {
	switch {
	case c.Registry != "" && (c.Function != "" || c.Trial != ""):
		return errors.New("use either --registry, or --function or --trial: a registry is of one trial")
	case c.Registry != "" && c.Open.Bucket != "":
		return errors.New("use either --registry or --bucket: a registry has its worklists")
	case c.Registry == "" && c.Function == "" && c.Trial == "" && c.Open.Bucket == "":
		return errors.New("name the trial with --trial ID, its function with --function ARN, or the registry of local runs with --registry DIR")
	case c.Trial != "" && !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	case c.Role != "" && c.Registry == "":
		return errors.New("--role requires --registry: on AWS, your credentials say who you are")
	}
	return nil
}

type listAlerts struct {
	Site string `placeholder:"ID" help:"The alerts of this site only. Default: all sites of your role."`
}

// Run executes the command.
func (c *listAlerts) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	reply, err := command.do(ctx, alerts.Statement{Operation: alerts.List, Site: c.Site})
	if err != nil {
		return refused(err)
	}
	if command.JSON {
		return printJSON(s.Out, reply.List)
	}
	printWorklist(s.Out, reply.List)
	return nil
}

type showAlert struct {
	ID string `arg:"" help:"The alert's id, al-…, or the subject's."`
}

// Run executes the command.
func (c *showAlert) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	return command.show(ctx, s, alerts.Statement{Operation: alerts.Show, Alert: c.ID})
}

type ackAlert struct {
	ID string `arg:"" help:"The alert's id, al-…"`
}

// Run executes the command.
func (c *ackAlert) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	return command.act(ctx, s, alerts.Statement{Operation: alerts.Operation(alert.Acknowledge), Alert: c.ID})
}

type actOnAlert struct {
	ID   string `arg:"" help:"The alert's id, al-…"`
	Code string `required:"" placeholder:"CODE" help:"What you did: site-contacted, subject-contacted, visit-arranged, support-offered, medical-review, data-queried or none-needed."`
}

// Run executes the command.
func (c *actOnAlert) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	return command.act(ctx, s, alerts.Statement{Operation: alerts.Operation(alert.Take), Alert: c.ID, Code: c.Code})
}

type closeAlert struct {
	ID     string `arg:"" help:"The alert's id, al-…"`
	Reason string `required:"" placeholder:"TEXT" help:"Why it is over. Name no person."`
}

// Run executes the command.
func (c *closeAlert) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	return command.act(ctx, s, alerts.Statement{Operation: alerts.Operation(alert.End), Alert: c.ID, Reason: c.Reason})
}

type pauseAlert struct {
	ID     string `arg:"" help:"The alert's id, al-…"`
	Until  string `required:"" placeholder:"DAY" help:"The first day on which you want news again, YYYY-MM-DD."`
	Reason string `required:"" placeholder:"TEXT" help:"Why. Name no person."`
}

// Run executes the command.
func (c *pauseAlert) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	return command.act(ctx, s, alerts.Statement{Operation: alerts.Operation(alert.Pause), Alert: c.ID, Until: c.Until, Reason: c.Reason})
}

type explainSub struct {
	Subject string `arg:"" help:"The subject's id."`
	Until   string `required:"" placeholder:"DAY" help:"The last day for which the explanation holds, YYYY-MM-DD."`
	Reason  string `required:"" placeholder:"TEXT" help:"Why the subject cannot be scored. Name no person."`
}

// Run executes the command.
func (c *explainSub) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	return command.act(ctx, s, alerts.Statement{Operation: alerts.Operation(alert.Explain), Alert: c.Subject, Until: c.Until, Reason: c.Reason})
}

// act does what the person asks for, about the alert as it is now.
func (c *alertsCommand) act(ctx context.Context, s program.Streams, statement alerts.Statement) error {
	seen, err := c.do(ctx, alerts.Statement{Operation: alerts.Show, Alert: statement.Alert})
	if err != nil {
		return refused(err)
	}
	statement.Seen = seen.Alert.Seen
	return c.show(ctx, s, statement)
}

// show does what the person asks for, and prints the alert.
func (c *alertsCommand) show(ctx context.Context, s program.Streams, statement alerts.Statement) error {
	reply, err := c.do(ctx, statement)
	if err != nil {
		return refused(err)
	}
	if c.JSON {
		return printJSON(s.Out, reply.Alert)
	}
	printAlert(s.Out, reply.Alert)
	return nil
}

type watchAlerts struct {
	Day string `placeholder:"DAY" help:"The day, YYYY-MM-DD. Default: today, in the trial's time zone."`
}

// Run executes the command.
func (c *watchAlerts) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	switch {
	case command.Registry == "":
		return errors.New("watch requires --registry: on AWS, a schedule watches")
	case c.Day != "" && !isDay(c.Day):
		return fmt.Errorf("--day must be a day, YYYY-MM-DD, got %q", c.Day)
	}
	watched, err := command.watch(ctx, c.Day)
	if err != nil {
		return err
	}
	if command.JSON {
		return printJSON(s.Out, watched)
	}
	fmt.Fprintf(s.Out, "%s: %s sent\n", watched.Day, plural(watched.Messages, "message"))
	return nil
}

type openAlerts struct {
	Site    string `placeholder:"ID" help:"The worklist of this site. Default: that of all sites."`
	Bucket  string `placeholder:"NAME" help:"The bucket of the worklists. Default: the output WorklistBucket of the stack of --trial."`
	Minutes int    `default:"10" placeholder:"N" help:"How long the link is valid, 1 to 60 minutes, and not longer than your credentials. Default: ${default}."`
}

// Run executes the command.
func (c *openAlerts) Run(ctx context.Context, s program.Streams, command *alertsCommand) error {
	if c.Minutes < 1 || c.Minutes > 60 {
		return fmt.Errorf("--minutes must be from 1 to 60, got %d", c.Minutes)
	}
	if c.Site != "" && !workflow.IsID(c.Site) {
		return fmt.Errorf("--site %s, got %q", workflow.IDRule, c.Site)
	}
	link, err := command.link(ctx, c.Site, c.Bucket, time.Duration(c.Minutes)*time.Minute)
	if err != nil {
		return refused(err)
	}
	if command.JSON {
		return printJSON(s.Out, map[string]string{"link": link})
	}
	fmt.Fprintln(s.Out, plain.Line(link))
	return nil
}
