package main

import (
	"context"
	"fmt"
	"strings"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local/approver"
)

// newPerson returns who decides in a local run: the choice of --approve, else the person at the terminal, else nobody.
func newPerson(choice string, s program.Streams) (approver.Person, error) {
	if choice != "" {
		return approver.Open(choice)
	}
	if ask := newAsker(s); ask != nil {
		return &terminalPerson{ask}, nil
	}
	return approver.Open("none")
}

// terminalPerson asks the person at the terminal.
type terminalPerson struct{ ask *asker }

// Decide implements approver.Person.
func (p *terminalPerson) Decide(ctx context.Context, request *approval.View) (*approval.Decision, error) {
	fmt.Fprintln(p.ask.prompt)
	printView(p.ask.prompt, request)
	for {
		answer, err := p.ask.ask(ctx, "Approve, reject, or no answer [a/r/n]? ")
		if err != nil {
			return nil, err
		}
		switch strings.ToLower(answer) {
		case "a", "approve":
			return p.sign(ctx, request, "approve")
		case "r", "reject":
			return p.sign(ctx, request, "reject")
		case "n", "nothing":
			return nil, nil
		}
	}
}

func (p *terminalPerson) sign(ctx context.Context, request *approval.View, verdict string) (*approval.Decision, error) {
	var d decideApproval
	var except []approval.Exception
	for request.Cases != nil && len(request.Cases.Subjects) > 1 {
		answer, err := p.ask.ask(ctx, "Except for whom (SUBJECT=CODE …, or nothing)? ")
		if err != nil {
			return nil, err
		}
		if except, err = exceptions(strings.Fields(answer)); err == nil {
			break
		}
		fmt.Fprintln(p.ask.prompt, err)
	}
	if err := d.sign(ctx, p.ask, verdict); err != nil {
		return nil, err
	}
	return &approval.Decision{Decision: verdict, Code: d.Code, Except: except, Meaning: d.Meaning, Reason: d.Reason}, nil
}
