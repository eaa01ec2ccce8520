package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	approvals "clinical-risk-pipeline/lambda/approval/verify"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

// Trial makes the records of a registered trial: a run each night, with a decision record, the exclusions, an approval and the transitions
// of a few alerts.
type Trial struct {
	*trial.Trial
	*Store
	First    time.Time // the start of the first run
	Subjects int

	items map[string]alert.Item
	rules alert.Rules
}

// The people of a trial's records.
const (
	Signer  = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe@example.com"
	Starter = "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com"
)

const startLayout = "2006-01-02T15:04:05.000Z"

// NewTrial returns a trial without records, in a store that locks them for a year.
func NewTrial(t *trial.Trial, first time.Time, subjects int) *Trial {
	return &Trial{
		Trial: t, First: first, Subjects: subjects, items: map[string]alert.Item{}, rules: alert.Rules{Trial: t},
		Store: &Store{Bucket: "records", Default: approvals.Rule{Mode: approvals.Compliance, Period: 365 * 24 * time.Hour}},
	}
}

// Run is a run of a trial.
type Run struct {
	Execution, StartedAt, Cut, Folder string
	at                                time.Time
	number                            int
}

// Run returns a run by its number, from 0.
func (t *Trial) Run(n int) Run {
	at := t.First.AddDate(0, 0, n)
	r := Run{Execution: fmt.Sprintf("arn:aws:states:eu-central-1:123456789012:execution:Trial:night-%05d", n), StartedAt: at.Format(startLayout), Cut: at.Format(time.DateOnly), at: at, number: n}
	r.Folder = workflow.RecordsOf(t.ID, r.Execution, r.StartedAt)
	return r
}

// Subject returns the id of a subject, from 0.
func Subject(n int) string { return fmt.Sprintf("S-%04d", n) }

// high reports whether a subject is at high risk in a run: each one for some nights in a row.
func (t *Trial) high(r Run, subject int) bool { return (r.number/10+subject)%(t.Subjects+20) == 0 }

// Night puts the records of a run into the store.
func (t *Trial) Night(n int) error {
	r := t.Run(n)
	t.Put(r.Folder+"batch-0000000.json", r.at.Add(time.Minute), func() []byte { return t.decision(r) })
	record := &exclusion.Record{
		SchemaVersion: 1, CutDate: r.Cut, Subjects: []exclusion.Subject{{Subject: "S-9999", Site: "S02", Reason: "died_before_cut"}},
		Run: exclusion.Run{Execution: r.Execution, StartedAt: r.StartedAt, TrialID: t.ID, TrialFile: t.Digest()},
	}
	t.Put(record.Key(), r.at.Add(2*time.Minute), record.Body)
	for i := range t.Subjects {
		if err := t.observe(r, i); err != nil {
			return err
		}
	}
	if verdicts := t.verdicts(r); n%5 == 0 && len(verdicts) > 0 {
		t.Put(t.renderingKey(r), r.at.Add(30*time.Minute), func() []byte { return t.rendering(r, verdicts) })
		t.Put(t.approvalKey(r), r.at.Add(time.Hour), func() []byte { return t.approval(r, verdicts) })
	}
	return nil
}

// decision is the body of a decision record.
func (t *Trial) decision(r Run) []byte {
	subjects := []any{}
	for i := range t.Subjects {
		branch, score := workflow.NoAlertBranch, 0.05
		if t.high(r, i) {
			branch, score = workflow.AlertBranch, 0.4
		}
		subjects = append(subjects, map[string]any{
			"index": i, "subject": Subject(i), "site": "S01", "score": score, "branch": branch,
			"reasons": []any{map[string]any{"feature": "visits_missed", "contribution": -0.4}},
		})
	}
	return mustJSON(map[string]any{
		"schemaVersion": 1, "recordedAt": r.StartedAt, "timeSource": "AWS Step Functions", "threshold": t.Threshold.Value, "subjects": subjects, "notScored": []any{},
		"model": map[string]any{"endpoint": t.Endpoint.Name, "variant": "AllTraffic", "matchedBy": "id"},
		"run": map[string]any{
			"execution": r.Execution, "startedAt": r.StartedAt, "trialId": t.ID, "test": false, "trialFile": t.Digest(), "definition": t.Digest(),
			"stateMachine": "arn:aws:states:eu-central-1:123456789012:stateMachine:Trial",
		},
		"input": map[string]any{"bucket": "cohorts", "key": "cohorts/cohort.jsonl", "versionId": "v1", "firstIndex": 0},
	})
}

// observe puts the transition that a run makes of a subject's alert, if it makes one.
func (t *Trial) observe(r Run, subject int) error {
	id := Subject(subject)
	item, known := t.items[id]
	if !known {
		var err error
		if item, err = alert.NewItem(alert.Subject{Trial: t.ID, Model: t.Endpoint.Name, ID: id, Site: "S01"}); err != nil {
			return err
		}
	}
	seen := alert.Observation{Seen: alert.Low, Site: "S01"}
	if t.high(r, subject) {
		seen.Seen, seen.Risk = alert.High, 0.4
	}
	next, event, err := t.rules.Observe(item, seen, alert.Run{Execution: r.Execution, Cut: r.Cut, Day: r.at.In(t.Location()).Format(time.DateOnly)})
	if err != nil {
		return err
	}
	t.items[id] = next
	t.event(event, r.at.Add(3*time.Minute))
	return nil
}

// Outcomes puts a record of what became of the subjects, as of the day of a run: the first one discontinued the treatment on that day. It
// returns the key.
func (t *Trial) Outcomes(n int) string {
	r := t.Run(n)
	record := &outcome.Record{
		SchemaVersion: 1, TrialID: t.ID, TrialFile: t.Digest(), ImportedAt: r.at.Format(time.RFC3339), AsOf: r.Cut, Source: t.Digest(), Supersedes: []string{},
	}
	for i := range t.Subjects {
		ended := outcome.End{Status: outcome.Ongoing}
		if i == 0 {
			ended = outcome.End{Status: outcome.Discontinued, Reason: "ADVERSE EVENT", Date: r.Cut}
		}
		record.Subjects = append(record.Subjects, outcome.Subject{Subject: Subject(i), Site: "S01", Treatment: ended, Study: outcome.End{Status: outcome.Ongoing}})
	}
	t.Put(record.Key(), r.at, record.Body)
	return record.Key()
}

func (t *Trial) event(event *alert.Event, at time.Time) {
	if event != nil {
		body := event.Body()
		t.Put(event.Key(), at, func() []byte { return body })
	}
}

// Acknowledge puts the transition of a person who has seen the alert of a subject.
func (t *Trial) Acknowledge(n, subject int) error {
	r, item := t.Run(n), t.items[Subject(subject)]
	next, event, err := t.rules.Act(item, alert.Action{
		ID: "signed-1", Verb: alert.Acknowledge, Signer: Signer, Name: "Jane Doe", Seen: item.Sequence,
	}, r.at.Format(time.DateOnly))
	if err != nil {
		return err
	}
	t.items[Subject(subject)] = next
	t.event(event, r.at.Add(4*time.Hour))
	return nil
}

// requestID is the id of the request of a run.
func (r Run) requestID() string { return records.Digest([]byte(r.Execution)) }

func (t *Trial) approvalKey(r Run) string {
	return approval.RecordsPrefix(t.ID) + r.requestID() + ".json"
}

// ApprovalKey returns the key of the approval of a run.
func (t *Trial) ApprovalKey(n int) string { return t.approvalKey(t.Run(n)) }

// Invocation returns the request id with which a run was approved.
func Invocation(n int) string { return fmt.Sprintf("request-%d", n) }

// SignedAt returns when a run was approved.
func (t *Trial) SignedAt(n int) time.Time { return t.Run(n).at.Add(time.Hour) }

// RenderingKey returns the key of what the approver of a run was shown.
func (t *Trial) RenderingKey(n int) string { return t.renderingKey(t.Run(n)) }

func (t *Trial) renderingKey(r Run) string {
	return approval.RecordsPrefix(t.ID) + r.requestID() + ".txt"
}

// verdicts are what was decided about the subjects at high risk. The first one is approved.
func (t *Trial) verdicts(r Run) []approval.Decided {
	var verdicts []approval.Decided
	for i := range t.Subjects {
		if !t.high(r, i) {
			continue
		}
		decided := approval.Decided{Subject: Subject(i), Alert: t.items[Subject(i)].Alert.ID, Verdict: approval.Approve, Code: "confirmed"}
		if len(verdicts) > 0 {
			decided.Verdict, decided.Code, decided.Override = approval.Reject, "known-to-site", true
		}
		verdicts = append(verdicts, decided)
	}
	return verdicts
}

// reviewed is the digest of the run's decision record.
func (t *Trial) reviewed(r Run) *approval.Reviewed {
	body := t.decision(r)
	reviewed := &approval.Reviewed{Place: "s3://" + t.Bucket + "/" + r.Folder, Objects: []approval.ReviewedObject{{
		Key: r.Folder + "batch-0000000.json", Version: version, Bytes: len(body), SHA256: records.Digest(body),
	}}}
	reviewed.SHA256 = reviewed.Sum()
	return reviewed
}

// rendering is what the approver was shown.
func (t *Trial) rendering(r Run, verdicts []approval.Decided) []byte {
	text := fmt.Sprintf("Digest of the records  %s\n\nThe records say: %d at high risk, %d scored and 0 not scored.\n", t.reviewed(r).SHA256, len(verdicts), t.Subjects)
	for i, decided := range verdicts {
		text += fmt.Sprintf("%d   %s  S01  0.40  high  opened  %s\n", i+1, decided.Subject, decided.Alert)
	}
	return []byte(text)
}

// approval is the body of an approval record.
func (t *Trial) approval(r Run, verdicts []approval.Decided) []byte {
	return mustJSON(approval.Record{
		SchemaVersion: 1, ApprovalID: approval.ID(r.Execution), RequestID: r.requestID(), Round: 1, Decision: approval.Approve, Code: "confirmed", Verdicts: verdicts,
		Signer:  approval.Signature{ARN: Signer, UserID: "AROA:jane.doe@example.com", PrintedName: "Jane Doe", Invocation: Invocation(r.number)},
		Meaning: "responsibility", Reason: "=the site was called", SignedAt: t.SignedAt(r.number), Execution: r.Execution, TrialID: t.ID,
		Subjects:  approval.Subjects{Counts: &approval.Counts{Subjects: t.Subjects, Scored: t.Subjects, High: len(verdicts)}},
		StartedAt: r.at, StartedBy: []approval.Starter{{ARN: Starter}}, RequestedAt: r.at.Add(5 * time.Minute), Deadline: r.at.Add(72 * time.Hour),
		Shown:    &approval.Rendering{Key: t.renderingKey(r), Version: version, SHA256: records.Digest(t.rendering(r, verdicts))},
		Reviewed: t.reviewed(r),
	})
}

func mustJSON(v any) []byte {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // texts, numbers and times only
	}
	return append(body, '\n')
}

// Claims are the claims of the runs of a trial, from 0. It implements records.Claims.
type Claims struct {
	*Trial
	Runs int
}

// Claims implements records.Claims.
func (c Claims) Claims(context.Context) iter.Seq2[records.Claim, error] {
	return func(yield func(records.Claim, error) bool) {
		for n := range c.Runs {
			r := c.Run(n)
			if !yield(records.Claim{Cut: r.Cut, Execution: r.Execution, StartedAt: r.StartedAt}, nil) {
				return
			}
		}
	}
}
