package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Decider takes decisions.
type Decider struct {
	Store   Store
	Records Records
	Tasks   Tasks
	Starts  Starts
	Signers Signers
	Roster  Roster
	Now     Clock
	Log     *slog.Logger
}

// Decide takes a caller's decision on a request, records it and completes the task; the package comment has the order. The signer
// may repeat a decision: it returns the same outcome, and reaches the execution if it has not yet. Everybody else's decision on a
// decided request is a conflict, also where it is the same. An error that is a *Fault is meant for the caller.
//
// Requirements: P11-10e, P11-70
func (d *Decider) Decide(ctx context.Context, id string, caller Caller, decision Decision) (*Outcome, error) {
	verdict, err := decision.verdict()
	if err != nil {
		return nil, fault(http.StatusBadRequest, "InvalidDecision", "%s", err)
	}
	if err := d.Signers.admit(caller); err != nil {
		return nil, err
	}
	a, err := d.get(ctx, id)
	if err != nil {
		return nil, err
	}
	if decision.Round != a.Round {
		return nil, askedAgain()
	}
	record, err := d.Records.find(ctx, a)
	if errors.Is(err, ErrNotFound) {
		record, err = d.sign(ctx, a, caller, decision, verdict)
	}
	if err != nil {
		return nil, err
	}
	var outcome *Outcome
	same := record.says(&decision, verdict) && record.Meaning == decision.Meaning && record.Reason == decision.Reason
	if same { // also somebody else's: their call may have crashed before it told the execution
		if outcome, err = d.settle(ctx, a, record); err != nil {
			return nil, err
		}
	}
	if !same || record.Signer.ARN != caller.ARN {
		return nil, fault(http.StatusConflict, "AlreadyDecided", "%s was %s by %s on %s: a decision is final, and yours is not recorded",
			id, record.Decision, record.Signer.ARN, record.SignedAt.Format(time.RFC3339))
	}
	return outcome, nil
}

func askedAgain() error {
	return fault(http.StatusConflict, "AskedAgain", "the execution has asked again in the meantime: review the request again, then decide")
}

func (d *Decider) get(ctx context.Context, id string) (*Approval, error) {
	a, err := d.Store.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, fault(http.StatusNotFound, "UnknownApproval", "no request %q", id)
	}
	return a, err
}

// sign checks that the caller may decide on the records as they are now, and creates the record. If two people decide at
// once, it returns the record that was created first.
func (d *Decider) sign(ctx context.Context, a *Approval, caller Caller, decision Decision, verdict Verdict) (*signed, error) {
	now := d.Now().UTC()
	name, err := d.Roster.printedName(caller)
	if err != nil {
		return nil, fault(http.StatusForbidden, "NotAPerson", "%s: add the session to the roster of the environment", err)
	}
	if a.Status(now) == Expired {
		return nil, fault(http.StatusGone, "Expired", "the deadline passed at %s: the run ends as not approved", a.Request.Deadline.UTC().Format(time.RFC3339))
	}
	starters, err := d.Starts.Starters(ctx, &a.Request)
	if errors.Is(err, ErrStarterUnknown) {
		return nil, fault(http.StatusServiceUnavailable, "StarterUnknown",
			"the trail does not show yet who started this run, and the starter must not decide: try again in about 15 minutes")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot look up who started the run: %w", err)
	}
	if err := d.Signers.independent(caller, starters); err != nil {
		return nil, err
	}
	shown, reviewed, cases, err := d.Records.shown(ctx, a)
	if err != nil {
		return nil, err
	}
	if shown.SHA256 != decision.Shown {
		return nil, fault(http.StatusConflict, "RecordsChanged", "you were shown something else than the request shows now: review the request again, then decide")
	}
	verdicts, err := decision.about(verdict, cases)
	if err != nil {
		return nil, err
	}
	shown.Text = "" // the object has it
	record, err := d.Records.create(ctx, a, Record{
		SchemaVersion: 1, ApprovalID: a.ID, RequestID: a.Request.RequestID, Round: a.Round,
		Decision: overall(verdicts), Code: decision.Code, Verdicts: verdicts, Unlisted: cases.Unlisted, Shown: shown,
		Signer:  Signature{ARN: caller.ARN, UserID: caller.UserID, PrintedName: name, Invocation: caller.Invocation},
		Meaning: decision.Meaning, Reason: decision.Reason, SignedAt: now,
		Execution: a.Request.Execution, TrialID: a.Request.TrialID, Subjects: a.Request.Subjects, StartedAt: a.Request.StartedAt,
		StartedBy: starters, RequestedAt: a.RequestedAt, Deadline: a.Request.Deadline, Reviewed: reviewed,
	})
	if errors.Is(err, ErrExists) {
		return d.Records.find(ctx, a)
	}
	if err == nil {
		d.Log.Info("decided", "approval", a.ID, "round", a.Round, "decision", overall(verdicts), "signer", caller.ARN)
	}
	return record, err
}

// settle adds the reference to the record to the stored request, and completes the task.
func (d *Decider) settle(ctx context.Context, a *Approval, record *signed) (*Outcome, error) {
	if a.Decision == nil {
		a.Decision = &Reference{Decision: record.Decision, Key: record.key, Version: record.version}
		if err := d.put(ctx, a); err != nil {
			return nil, err
		}
	}
	outcome := d.Records.outcome(record)
	if a.Effective {
		return outcome, nil
	}
	if err := d.complete(ctx, a, outcome); err != nil {
		return nil, err
	}
	a.Effective = true
	if err := d.put(ctx, a); err != nil {
		return nil, err
	}
	d.Log.Info("told the execution", "approval", a.ID, "round", a.Round, "decision", outcome.Decision)
	return outcome, nil
}

// complete completes the task with the outcome. A task that is gone either took the outcome before, which its execution's
// history shows, or never will.
func (d *Decider) complete(ctx context.Context, a *Approval, outcome *Outcome) error {
	output, err := json.Marshal(outcome)
	if err != nil {
		return err
	}
	err = d.Tasks.Succeed(ctx, a.Request.TaskToken, output)
	if !errors.Is(err, ErrTaskGone) {
		return err
	}
	heard, err := d.Tasks.Completed(ctx, a.Request.Execution, output)
	if err != nil {
		return err
	}
	if !heard {
		return fault(http.StatusGone, "NotEffective", "the execution no longer waits: the decision is recorded at %s and has no effect", outcome.Record)
	}
	return nil
}

// put stores the request. It accepts a stored request that was changed in the meantime and has at least the same progress.
func (d *Decider) put(ctx context.Context, a *Approval) error {
	for {
		err := d.Store.Put(ctx, a)
		if !errors.Is(err, ErrChanged) {
			return err
		}
		stored, err := d.Store.Get(ctx, a.ID)
		if err != nil {
			return err
		}
		if stored.Round != a.Round {
			return askedAgain()
		}
		if stored.Decision != nil && (stored.Effective || !a.Effective) {
			*a = *stored
			return nil
		}
		stored.Decision, stored.Effective = a.Decision, a.Effective
		*a = *stored
	}
}
