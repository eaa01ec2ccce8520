package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
)

// approvalsCommand is `clinicalrisk approvals`: what approvers do, each with their own AWS credentials. It exits with 1 when
// what they ask for is refused or has no effect.
type approvalsCommand struct {
	URL         string `placeholder:"URL" help:"Where approvals are decided, as their notification says. Default: the output DecisionURL of the environment's stack."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose stack is asked for the URL. Default: ${default}."`
	JSON        bool   `help:"Print what the service answers, as JSON."`

	List    listApprovals   `cmd:"" help:"List the requests that wait for a decision."`
	Show    showApproval    `cmd:"" help:"Show a request: what is to be reviewed, or what was decided."`
	Approve approveApproval `cmd:"" help:"Approve what a request shows, and sign for it."`
	Reject  rejectApproval  `cmd:"" help:"Reject what a request shows, and sign for it."`
}

type listApprovals struct {
	All bool `help:"List also what was decided or expired."`
}

// Run executes the command.
func (c *listApprovals) Run(ctx context.Context, s program.Streams, approvals *approvalsCommand) error {
	client, err := approvals.client(ctx)
	if err != nil {
		return err
	}
	answer, err := client.list(ctx, c.All)
	if err != nil {
		return refused(err)
	}
	if approvals.JSON {
		return printJSON(s.Out, answer)
	}
	printList(s.Out, answer.Approvals, c.All)
	return nil
}

type showApproval struct {
	ID string `arg:"" help:"The request's id, ap-…"`
}

// Run executes the command.
func (c *showApproval) Run(ctx context.Context, s program.Streams, approvals *approvalsCommand) error {
	client, err := approvals.client(ctx)
	if err != nil {
		return err
	}
	view, err := client.show(ctx, c.ID)
	if err != nil {
		return refused(err)
	}
	if approvals.JSON {
		return printJSON(s.Out, view)
	}
	printView(s.Out, view)
	return nil
}

// decideApproval is what approving and rejecting have in common.
type decideApproval struct {
	ID       string `arg:"" help:"The request's id, ap-…"`
	Meaning  string `placeholder:"TEXT" help:"What your signature means, such as approval or responsibility. Default: asked on the terminal."`
	Reason   string `placeholder:"TEXT" help:"Why. Default: asked on the terminal."`
	Name     string `placeholder:"NAME" help:"Your name, printed. Default: asked on the terminal."`
	Reviewed string `placeholder:"SHA256" help:"The digest of the records that you reviewed, as show prints it. Default: the records as they are now."`
}

type approveApproval struct {
	decideApproval `embed:""`
}

type rejectApproval struct {
	decideApproval `embed:""`
}

// Run executes the command.
func (c *approveApproval) Run(ctx context.Context, s program.Streams, approvals *approvalsCommand) error {
	return c.decide(ctx, s, approvals, "approve")
}

// Run executes the command.
func (c *rejectApproval) Run(ctx context.Context, s program.Streams, approvals *approvalsCommand) error {
	return c.decide(ctx, s, approvals, "reject")
}

// decide shows the request, asks on a terminal for what is not given, and sends the decision on what was shown. A decision
// that was recorded before is sent again: the service tells the execution then, if it did not hear.
func (c *decideApproval) decide(ctx context.Context, s program.Streams, approvals *approvalsCommand, verdict string) error {
	ask := newAsker(s)
	if ask == nil {
		if err := c.missing(); err != nil {
			return err
		}
	}
	client, err := approvals.client(ctx)
	if err != nil {
		return err
	}
	view, err := client.show(ctx, c.ID)
	if err != nil {
		return refused(err)
	}
	shown := digestOf(view)
	switch {
	case shown == "":
		return refused(&approval.Fault{Status: http.StatusGone, Message: fmt.Sprintf("%s is %s: there is nothing to decide", view.ID, view.Status)})
	case c.Reviewed != "" && c.Reviewed != shown:
		return refused(&approval.Fault{Status: http.StatusConflict, Message: fmt.Sprintf("the decision records are not those that you reviewed: their digest is now %s", shown)})
	}
	if ask != nil {
		printView(s.Err, view)
		if err := c.complete(ctx, ask, verdict); err != nil {
			return err
		}
	}
	outcome, err := client.decide(ctx, c.ID, approval.Decision{
		Decision: verdict, Meaning: c.Meaning, Reason: c.Reason, PrintedName: c.Name, Reviewed: shown,
	})
	if err != nil {
		return refused(err)
	}
	if approvals.JSON {
		return printJSON(s.Out, outcome)
	}
	fmt.Fprintf(s.Out, "%s: %s by %s\nRecord: %s, version %s\n", outcome.ApprovalID, outcome.Decision, outcome.Signer, outcome.Record, outcome.RecordVersion)
	return nil
}

// digestOf is the digest of what there is to decide upon, or was decided upon; "" where there is neither.
func digestOf(view *approval.View) string {
	switch {
	case view.Reviewed != nil:
		return view.Reviewed.SHA256
	case view.Record != nil:
		return view.Record.Reviewed.SHA256
	}
	return ""
}

// missing names the flags that a decision needs where nobody can be asked.
func (c *decideApproval) missing() error {
	var faults []error
	for _, flag := range []struct{ name, value string }{{"meaning", c.Meaning}, {"reason", c.Reason}, {"name", c.Name}} {
		if strings.TrimSpace(flag.value) == "" {
			faults = append(faults, fmt.Errorf("--%s is required where nobody can be asked on a terminal", flag.name))
		}
	}
	return errors.Join(faults...)
}

// complete asks for what is not given.
func (c *decideApproval) complete(ctx context.Context, ask *asker, verdict string) error {
	for _, question := range []struct {
		text   string
		answer *string
	}{
		{fmt.Sprintf("Why do you %s? ", verdict), &c.Reason},
		{"What does your signature mean (approval, responsibility, …)? ", &c.Meaning},
		{"Your name, printed: ", &c.Name},
	} {
		for strings.TrimSpace(*question.answer) == "" {
			var err error
			if *question.answer, err = ask.ask(ctx, question.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// refused makes the error of what the service refused: the exit code is 1, and 2 where the request itself is wrong.
func refused(err error) error {
	fault, ok := errors.AsType[*approval.Fault](err)
	if !ok || fault.Status == http.StatusBadRequest || fault.Status == http.StatusNotFound {
		return err
	}
	return program.Failed(errors.New(cmp.Or(fault.Message, fault.Code)))
}

func printJSON(w io.Writer, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}
