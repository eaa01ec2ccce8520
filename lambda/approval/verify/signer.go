package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/lambda/approval"
)

const (
	// invoking is the largest difference between the time of an invocation in the trail and the signature.
	invoking = 5 * time.Minute

	// delivery is how long CloudTrail usually takes, with a margin
	// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html).
	delivery = 30 * time.Minute
)

func (r *recorded) checkSigner() Check {
	var said findings
	if err := r.Signer.Check(); err != nil {
		said.wrong("%v", err)
	}
	return said.check("signer", fmt.Sprintf("%s, %s", r.Signer.PrintedName, r.Signer.ARN))
}

// checkApprover checks that the signer is an approver. The approvers are those of today: a signer may have been one earlier.
func (v *Verifier) checkApprover(r *recorded) Check {
	var said findings
	if v.Signers == nil {
		said.unknown("the approvers are not known: let the auditor read the configuration of the function")
	} else if err := v.Signers.Admit(r.Signer); err != nil {
		said.unknown("by the settings of today, %v: the history of the environment shows whether the signer was an approver on %s", err, stamp(r.SignedAt))
	}
	return said.check("approver", "the signer is one of the approvers of today")
}

// checkStarters checks that the signer neither started nor redrove the run, by the rules of the function.
func (v *Verifier) checkStarters(r *recorded) Check {
	var said findings
	var signers approval.Signers
	if v.Signers != nil {
		signers = *v.Signers
	}
	if err := signers.Independent(r.Signer, r.StartedBy); err != nil {
		if refusal, ok := errors.AsType[*approval.Fault](err); ok && refusal.Code == "StartedByYou" {
			said.wrong("%v", err)
		} else {
			said.unknown("by the settings of today, %v", err)
		}
	}
	return said.check("starters", fmt.Sprintf("none of %v is the signer", r.StartedBy))
}

// checkTrail compares the signer with who invoked the function, by the trail.
//
// Requirements: P11-10e
func (v *Verifier) checkTrail(ctx context.Context, r *recorded) Check {
	const name = "invocation in the trail"
	var said findings
	if v.Trail == nil {
		said.unknown("no log group of a trail is known")
		return said.check(name, "")
	}
	events, err := v.Trail.Invocations(ctx, r.Signer.Invocation, r.SignedAt)
	if err != nil {
		said.unknown("the events of %s: %v", stamp(r.SignedAt), err)
		return said.check(name, "")
	}
	if len(events) == 0 {
		v.missing(ctx, r, &said)
	}
	var found string
	for _, e := range events {
		v.compare(r, e, &said)
		found = fmt.Sprintf("event %s of %s: %s invoked %s", e.EventID, stamp(e.At), e.ARN, e.Function)
	}
	return said.check(name, found)
}

// missing says why the trail may have no event.
func (v *Verifier) missing(ctx context.Context, r *recorded, said *findings) {
	since, err := v.Trail.Since(ctx)
	switch {
	case err != nil:
		said.unknown("no event with the request id %s, and how long the log group keeps events is not known: %v", r.Signer.Invocation, err)
	case r.SignedAt.Before(since):
		said.unknown("the log group has events since %s only: search the files in the trail's bucket for the request id %s", stamp(since), r.Signer.Invocation)
	case v.Now().Before(r.SignedAt.Add(delivery)):
		said.unknown("no event with the request id %s yet: CloudTrail usually delivers within 15 minutes", r.Signer.Invocation)
	default:
		said.wrong("no event with the request id %s", r.Signer.Invocation)
	}
}

// compare compares an event with the record. Each event with the request id must be the signer's: a planted one hides no other.
func (v *Verifier) compare(r *recorded, e Invocation, said *findings) {
	wrong := func(format string, values ...any) {
		said.wrong("event %s: %s", e.EventID, fmt.Sprintf(format, values...))
	}
	switch {
	case e.ARN != r.Signer.ARN:
		wrong("%s invoked the function, not the signer %s", e.ARN, r.Signer.ARN)
	case e.UserID != r.Signer.UserID:
		wrong("the unique id of the caller is %s, but the record has %s", e.UserID, r.Signer.UserID)
	}
	if v.Function != "" && e.Function != v.Function {
		wrong("the call is of %s, not of %s", e.Function, v.Function)
	}
	if e.Error != "" {
		wrong("the call failed: %s", e.Error)
	}
	if e.At.Sub(r.SignedAt).Abs() > invoking {
		wrong("the call is of %s, but the signature of %s", stamp(e.At), stamp(r.SignedAt))
	}
}
