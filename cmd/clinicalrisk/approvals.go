package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
)

// approvalsCommand is `clinicalrisk approvals`: approvers use it with their own AWS credentials. The exit code is 1 when the function
// refuses a call, when somebody else decided, and when a decision has no effect.
type approvalsCommand struct {
	Function    string `placeholder:"ARN" help:"The ARN of the function that decides approvals, from the notification. Default: the output DecisionFunctionArn of the environment's stack."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose stack has the ARN as an output. Default: ${default}."`
	JSON        bool   `help:"Print the answer of the function, or what verify found, as JSON."`

	List    listApprovals   `cmd:"" help:"List the requests that wait for a decision."`
	Show    showApproval    `cmd:"" help:"Show a request: what to review, or what was decided."`
	Approve approveApproval `cmd:"" help:"Approve what a request shows, and sign."`
	Reject  rejectApproval  `cmd:"" help:"Reject what a request shows, and sign."`
	Verify  verifyApproval  `cmd:"" help:"Verify for an auditor what the records of an approval claim: digests, versions, locks, times and the signer."`
}

type listApprovals struct {
	All bool `help:"Include decided and expired requests."`
}

// Run executes the command.
func (c *listApprovals) Run(ctx context.Context, s program.Streams, approvals *approvalsCommand) error {
	client, err := approvals.client(ctx)
	if err != nil {
		return err
	}
	views, err := client.List(ctx, c.All)
	if err != nil {
		return refused(err)
	}
	if approvals.JSON {
		return printJSON(s.Out, map[string]any{"approvals": views})
	}
	printList(s.Out, views, c.All)
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
	view, err := client.Show(ctx, c.ID)
	if err != nil {
		return refused(err)
	}
	if approvals.JSON {
		return printJSON(s.Out, view)
	}
	printView(s.Out, view)
	return nil
}

// decideApproval is what approve and reject have in common.
type decideApproval struct {
	ID       string        `arg:"" help:"The request's id, ap-…"`
	Meaning  string        `placeholder:"TEXT" help:"What your signature means, such as approval or responsibility. Default: the terminal asks."`
	Reason   string        `placeholder:"TEXT" help:"Why you decide so. Default: the terminal asks."`
	Code     approval.Code `placeholder:"CODE" help:"Why you decide so, in a word. To approve: confirmed, precaution or other. To reject: data-error, known-to-site, left-trial, not-plausible, wrong-threshold or other. Default: the terminal asks."`
	Except   []string      `sep:"none" placeholder:"SUBJECT=CODE" help:"A subject to whom the opposite applies, with a code of its own. Repeat it for each."`
	Reviewed string        `placeholder:"SHA256" help:"The digest of what you were shown, as printed by show. Required without a terminal. Default: what the terminal shows."`
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

// decide sends a decision on the records that the signer has seen: on those that the terminal shows, else on those of --reviewed.
func (c *decideApproval) decide(ctx context.Context, s program.Streams, approvals *approvalsCommand, verdict string) error {
	ask := newAsker(s)
	except, err := exceptions(c.Except)
	if err != nil {
		return err
	}
	if ask == nil {
		if err := c.missing(); err != nil {
			return err
		}
	}
	client, err := approvals.client(ctx)
	if err != nil {
		return err
	}
	view, err := client.Show(ctx, c.ID)
	if err != nil {
		return refused(err)
	}
	shown := digestOf(view)
	switch {
	case shown == "":
		return refused(&approval.Fault{Status: http.StatusGone, Message: fmt.Sprintf("%s is %s: nothing to decide", view.ID, view.Status)})
	case c.Reviewed != "" && c.Reviewed != shown:
		return refused(&approval.Fault{Status: http.StatusConflict, Message: fmt.Sprintf("the request shows something else than you reviewed: its digest is %s", plain.Line(shown))})
	}
	if ask != nil {
		printView(ask.prompt, view)
		if err := c.complete(ctx, ask, verdict); err != nil {
			return err
		}
	}
	outcome, err := client.Decide(ctx, c.ID, approval.Decision{
		Decision: verdict, Code: c.Code, Except: except, Meaning: c.Meaning, Reason: c.Reason, Shown: shown, Round: view.Round,
	})
	if err != nil {
		return refused(err)
	}
	if approvals.JSON {
		return printJSON(s.Out, outcome)
	}
	fmt.Fprintf(s.Out, "%s: %s by %s; %d approved, %d rejected\nRecord: %s, version %s\n",
		outcome.ApprovalID, outcome.Decision, plain.Line(outcome.Signer), outcome.Approved, outcome.Rejected, plain.Line(outcome.Record), plain.Line(outcome.RecordVersion))
	return nil
}

// exceptions reads SUBJECT=CODE.
func exceptions(texts []string) ([]approval.Exception, error) {
	var all []approval.Exception
	var faults []error
	for _, text := range texts {
		subject, code, found := strings.Cut(text, "=")
		if !found || subject == "" || code == "" {
			faults = append(faults, fmt.Errorf("--except must be SUBJECT=CODE, got %q", text))
		}
		all = append(all, approval.Exception{Code: approval.Code(code), Subject: subject})
	}
	return all, errors.Join(faults...)
}

// digestOf returns the digest of what is to be decided or was decided, or "" without either.
func digestOf(view *approval.View) string {
	switch {
	case view.Shown != nil:
		return view.Shown.SHA256
	case view.Record != nil && view.Record.Shown != nil:
		return view.Record.Shown.SHA256
	}
	return ""
}

// missing reports the flags that a decision requires without a terminal.
func (c *decideApproval) missing() error {
	var faults []error
	for _, flag := range []struct{ name, value string }{{"code", string(c.Code)}, {"meaning", c.Meaning}, {"reason", c.Reason}, {"reviewed", c.Reviewed}} {
		if strings.TrimSpace(flag.value) == "" {
			faults = append(faults, fmt.Errorf("--%s is required without a terminal", flag.name))
		}
	}
	return errors.Join(faults...)
}

// complete asks whether to sign, and for the values that are missing.
func (c *decideApproval) complete(ctx context.Context, ask *asker, verdict string) error {
	for answer := ""; answer != "yes"; {
		var err error
		if answer, err = ask.ask(ctx, fmt.Sprintf("Do you %s this%s, having seen what is above? [yes/no] ", verdict, but(c.Except))); err != nil {
			return err
		}
		if answer == "no" {
			return program.Failed(errors.New("nothing was decided"))
		}
	}
	return c.sign(ctx, ask, verdict)
}

// but says in a question for whom the opposite applies.
func but(except []string) string {
	if len(except) == 0 {
		return ""
	}
	return ", except for " + plain.Line(strings.Join(except, ", "))
}

// sign asks for the values of a signature that are missing.
func (c *decideApproval) sign(ctx context.Context, ask *asker, verdict string) error {
	for codes := approval.CodesFor(verdict); !slices.Contains(codes, string(c.Code)); {
		answer, err := ask.ask(ctx, fmt.Sprintf("Why, in a word (%s)? ", strings.Join(codes, ", ")))
		if err != nil {
			return err
		}
		c.Code = approval.Code(answer)
	}
	for _, question := range []struct {
		text   string
		answer *string
	}{
		{fmt.Sprintf("Why do you %s? ", verdict), &c.Reason},
		{"What does your signature mean (approval, responsibility, …)? ", &c.Meaning},
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

// refused turns a refusal by the service into the error of the command: exit code 1, or 2 if the request itself is wrong.
func refused(err error) error {
	fault, ok := errors.AsType[*approval.Fault](err)
	if !ok {
		return err
	}
	if fault.Status == http.StatusBadRequest || fault.Status == http.StatusNotFound {
		return errors.New(plain.Text(fault.Message))
	}
	return program.Failed(errors.New(plain.Line(cmp.Or(fault.Message, fault.Code, "the function refused the call"))))
}

func printJSON(w io.Writer, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, plain.JSON(string(text)))
	return err
}
