package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// Request is what the state UpdateAlerts sends.
type Request struct {
	Execution string       `json:"execution"` // the ARN
	StartedAt string       `json:"startedAt"` // as workflow.Started writes it
	TrialID   string       `json:"trialId"`
	CutDate   string       `json:"cutDate"` // YYYY-MM-DD
	Records   string       `json:"records"` // the folder of the decision records
	Cohort    alert.Object `json:"cohort"`
	Counts    alert.Counts `json:"counts"`
}

// Answer is what the state gets.
type Answer struct {
	Changed     int `json:"changed"`     // the alerts that the run opened, made worse, or brought back: people decide about them
	Closed      int `json:"closed"`      // the alerts that the run closed
	Open        int `json:"open"`        // the alerts that are open now
	Explained   int `json:"explained"`   // the subjects without a score that a finding explains
	Unexplained int `json:"unexplained"` // the others
	Messages    int `json:"messages"`    // how many messages were sent

	// News are the alerts that Changed counts, in the order of the subjects; at most approval.MostCases.
	News []News `json:"news"`
}

// News is an alert that a run opened, made worse, or brought back.
type News struct {
	Subject string `json:"subject"`
	Alert   string `json:"alert"` // the alert's id
}

// Updater is the function that the state UpdateAlerts invokes.
type Updater struct {
	Store
	Cohorts   Cohorts
	Teller    Teller
	Worklists Worklists
	Now       Clock
	Log       *slog.Logger
}

// Handle updates the alerts of a run. Repeating it changes nothing and answers the same. Its error is an [AlertsNotUpdated].
//
// Requirements: SRC-24
func (u *Updater) Handle(ctx context.Context, payload json.RawMessage) (*Answer, error) {
	var r Request
	err := strictjson.UnmarshalKnown(payload, &r)
	if err == nil {
		err = r.check(u.Rules.Trial.ID)
	}
	var answer *Answer
	if err == nil {
		answer, err = u.update(ctx, r)
	}
	if err != nil {
		u.Log.Error("the alerts were not updated", "execution", r.Execution, "error", err.Error())
		return nil, AlertsNotUpdated{err}
	}
	u.Log.Info("updated", "execution", r.Execution, "changed", answer.Changed, "closed", answer.Closed, "open", answer.Open, "unexplained", answer.Unexplained)
	return answer, nil
}

func (r Request) check(trialID string) error {
	if r.TrialID != trialID {
		return errors.New("the run is of another trial")
	}
	at, err := time.Parse(time.RFC3339, r.StartedAt)
	if err != nil {
		return errors.New("startedAt must be a time, 2026-01-01T00:00:00.120Z")
	}
	if r.Records != workflow.RecordsOf(r.TrialID, r.Execution, r.StartedAt) {
		return errors.New("records must be the folder of the execution's decision records")
	}
	// A cut of tomorrow is possible where the trial's day begins before that of UTC.
	if tomorrow := at.AddDate(0, 0, 1).Format(time.DateOnly); r.CutDate > tomorrow {
		return fmt.Errorf("cutDate must not be after the run, got %s", r.CutDate)
	}
	if r.Cohort.Bucket == "" || r.Cohort.Key == "" || r.Cohort.VersionID == "" {
		return errors.New("cohort must have a bucket, a key and a version")
	}
	return nil
}

// update brings the alerts up to the run: it finishes what an earlier run left, and then its own.
func (u *Updater) update(ctx context.Context, r Request) (*Answer, error) {
	started, err := time.Parse(time.RFC3339, r.StartedAt)
	if err != nil {
		return nil, err
	}
	this := alert.Run{Execution: r.Execution, Cut: r.CutDate, Day: started.In(u.Rules.Trial.Location()).Format(time.DateOnly)}
	source := alert.Source{StartedAt: r.StartedAt, Records: r.Records, Cohort: r.Cohort, Counts: r.Counts}
	for {
		var head *alert.Head
		revision, err := u.document(ctx, alert.HeadKey(u.model()), &head)
		if err != nil {
			return nil, err
		}
		if done, err := u.finished(ctx, this); done != nil || err != nil {
			return done, err
		}
		step, err := head.Next(this)
		if err != nil {
			return nil, err
		}
		if step == alert.Finish {
			if err := u.finishEarlier(ctx, *head, revision); err != nil {
				return nil, fmt.Errorf("the run of the data cut %s, which is not finished, stopped it: %w", head.Run.Cut, err)
			}
			continue
		}
		said, err := u.readRun(ctx, this, source) // a run that cannot be read begins nothing
		if err != nil {
			return nil, err
		}
		if step == alert.Start {
			head = &alert.Head{Run: this, Phase: alert.Begun, Source: source}
			if err := u.putDocument(ctx, alert.HeadKey(u.model()), head, revision); err != nil {
				return nil, err
			}
			revision++
		}
		return u.finish(ctx, *head, revision, said)
	}
}

// finishedRun is what the registry keeps of a run that is finished: a redrive of it gets the same answer, also after later runs.
type finishedRun struct {
	Execution string `json:"execution"`
	Answer    Answer `json:"answer"`
}

// finished returns the answer to a run that was finished before; nil if it was not.
func (u *Updater) finished(ctx context.Context, this alert.Run) (*Answer, error) {
	var run finishedRun
	if revision, err := u.document(ctx, alert.RunKey(u.model(), this.Cut), &run); err != nil || revision == 0 || run.Execution != this.Execution {
		return nil, err
	}
	run.Answer.Messages = 0 // this call sent none
	return &run.Answer, nil
}

// finishEarlier finishes the run that an earlier execution left. What that run changed so far is told, also where the run can no longer be
// read: the next one says what holds now, and the execution that left it has failed, so that somebody knows.
func (u *Updater) finishEarlier(ctx context.Context, head alert.Head, revision int) error {
	said, err := u.readRun(ctx, head.Run, head.Source)
	if errors.Is(err, errUnusable) {
		u.Log.Error("a run was abandoned", "execution", head.Run.Execution, "error", err.Error())
		said, err = nil, nil
	}
	if err == nil {
		_, err = u.finish(ctx, head, revision, said)
	}
	return err
}

// finish does what is left to do for a run: the items, the messages, the worklists. Of a run that is abandoned, which says nothing, it tells
// what changed so far.
func (u *Updater) finish(ctx context.Context, head alert.Head, revision int, said *run) (*Answer, error) {
	var items map[string]Stored
	var err error
	abandoned := said == nil
	if abandoned {
		said = &run{}
		items, err = u.catchUpAll(ctx)
	} else {
		err = u.closeOtherModels(ctx, head.Run)
		if err == nil {
			items, err = u.observe(ctx, head.Run, said)
		}
	}
	if err != nil {
		return nil, err
	}
	sent, err := send(ctx, u.Teller, u.Rules.OfRun(values(items), head.Run))
	if err != nil {
		return nil, err
	}
	if err := u.writeWorklists(ctx, u.Worklists, items, head.Run.Cut, head.Run.Day); err != nil {
		return nil, err
	}
	answered := answer(items, head.Run, said, sent)
	if !abandoned {
		// Before the answer: a repetition of a run that has its answer reports nothing.
		if err := u.keepScores(ctx, head, said.scores); err != nil {
			return nil, err
		}
		if err := u.keepAnswer(ctx, head.Run, *answered); err != nil {
			return nil, err
		}
	}
	head.Phase = alert.Told
	return answered, u.putDocument(ctx, alert.HeadKey(u.model()), head, revision)
}

// keepAnswer keeps the answer to a run, once.
func (u *Updater) keepAnswer(ctx context.Context, run alert.Run, a Answer) error {
	var kept finishedRun
	key := alert.RunKey(u.model(), run.Cut)
	revision, err := u.document(ctx, key, &kept)
	if err != nil || kept.Execution == run.Execution {
		return err
	}
	return u.putDocument(ctx, key, finishedRun{run.Execution, a}, revision)
}

// observe brings every item up to what the run says: of its subject, or that it says nothing of it. It returns all items as they are then.
func (u *Updater) observe(ctx context.Context, this alert.Run, said *run) (map[string]Stored, error) {
	items, err := u.load(ctx)
	if err != nil {
		return nil, err
	}
	subjects := slices.Sorted(maps.Keys(said.said))
	for subject, stored := range items {
		if _, mentioned := said.said[subject]; !mentioned && !stored.IsIdle() {
			subjects = append(subjects, subject)
		}
	}
	after := make([]Stored, len(subjects))
	err = each(ctx, len(subjects), func(ctx context.Context, i int) (err error) {
		observed, mentioned := said.said[subjects[i]]
		if !mentioned {
			observed = alert.Observation{Seen: alert.Absent}
		}
		stored, known := items[subjects[i]]
		if !known {
			item, err := alert.NewItem(alert.Subject{Trial: u.trial().ID, Model: u.model(), ID: subjects[i], Site: observed.Site})
			if err != nil {
				return err
			}
			stored = Stored{Item: item}
		} else if !stored.IsIdle() {
			if stored, err = u.catchUp(ctx, stored); err != nil {
				return err
			}
		}
		after[i], err = u.apply(ctx, stored, func(item alert.Item) (alert.Item, *alert.Event, error) {
			return u.Rules.Observe(item, observed, this)
		})
		return err
	})
	for i, stored := range after {
		if stored.Revision > 0 { // others are not stored: nothing is known of them
			items[subjects[i]] = stored
		}
	}
	return items, err
}

// send sends messages, one after the other.
func send(ctx context.Context, teller Teller, messages []alert.Message) (int, error) {
	for i, message := range messages {
		if err := teller.Tell(ctx, message); err != nil {
			return i, err
		}
	}
	return len(messages), nil
}

// values returns the items in the order of the subjects.
func values(items map[string]Stored) func(yield func(*alert.Item) bool) {
	return func(yield func(*alert.Item) bool) {
		for _, subject := range slices.Sorted(maps.Keys(items)) {
			item := items[subject].Item
			if !yield(&item) {
				return
			}
		}
	}
}

// answer counts what the run changed, by the marks of the items: the same after a repetition.
func answer(items map[string]Stored, this alert.Run, said *run, sent int) *Answer {
	answer := &Answer{Messages: sent, Unexplained: said.nobodys, News: []News{}}
	for _, subject := range slices.Sorted(maps.Keys(items)) {
		stored := items[subject]
		if stored.IsOpen() {
			answer.Open++
		}
		if stored.Run.On != this.Cut || stored.Run.Run != this.Execution {
			continue
		}
		for _, change := range stored.Run.Changes {
			switch change.Kind {
			case alert.Opened, alert.Worsened, alert.Resumed:
				answer.Changed++
				if len(answer.News) < approval.MostCases {
					answer.News = append(answer.News, News{subject, stored.Alert.ID})
				}
			case alert.ClosedRun:
				answer.Closed++
			}
		}
	}
	for subject, observed := range said.said {
		stored := items[subject]
		switch {
		case observed.Seen != alert.NotScored:
		case stored.Explains(this.Day):
			answer.Explained++
		default:
			answer.Unexplained++
		}
	}
	return answer
}
