package alerts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/alerts/memory"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// scene is a trial with its world. Night 1 is a Monday, the day of the digest.
type scene struct {
	t     testing.TB
	world *memory.World
	rules alert.Rules
}

// firstNight is the day of night 1.
var firstNight = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

func newScene(t testing.TB) *scene {
	t.Helper()
	registered, err := trial.Load("../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return &scene{t, memory.New(), alert.Rules{Trial: registered, List: "clinicalrisk alerts open"}}
}

func (s *scene) store() alerts.Store {
	return alerts.Store{Registry: s.world, Events: s.world.Events(), Rules: s.rules}
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func (s *scene) updater() *alerts.Updater {
	return &alerts.Updater{Store: s.store(), Cohorts: s.world, Teller: s.world, Worklists: s.world.Worklists(), Now: time.Now, Log: quiet}
}

func (s *scene) watcher() *alerts.Watcher {
	return &alerts.Watcher{Store: s.store(), Teller: s.world, Worklists: s.world.Worklists(), Now: time.Now, Log: quiet}
}

func (s *scene) actor(night int) *alerts.Actor {
	return &alerts.Actor{Store: s.store(), Worklists: s.world.Worklists(), Now: func() time.Time { return firstNight.AddDate(0, 0, night-1).Add(10 * time.Hour) }, Log: quiet}
}

// subject is what a night says of a subject.
type subject struct {
	id, site string
	risk     float64 // above 1: without a score
	excluded string  // the reason, where the extraction left the subject out
}

const unscored = 2

func day(night int) string { return firstNight.AddDate(0, 0, night-1).Format(time.DateOnly) }

// night writes what a run leaves, and returns the request of its state UpdateAlerts.
func (s *scene) night(night int, subjects ...subject) alerts.Request {
	s.t.Helper()
	started := firstNight.AddDate(0, 0, night-1).Add(3 * time.Hour).Format("2006-01-02T15:04:05.000Z")
	execution := "arn:aws:states:eu-central-1:123456789012:execution:Trial:night-" + day(night)
	r := alerts.Request{
		Execution: execution, StartedAt: started, TrialID: s.rules.Trial.ID, CutDate: day(night),
		Records: workflow.RecordsOf(s.rules.Trial.ID, execution, started),
		Cohort:  alert.Object{Bucket: "cohorts", Key: fmt.Sprintf("cohorts/%s/night-%d/cohort.jsonl", s.rules.Trial.ID, night), VersionID: "v1"},
	}
	var lines, excluded strings.Builder
	scored, notScored := []any{}, []any{}
	for i, subject := range subjects {
		if subject.excluded != "" {
			fmt.Fprintf(&excluded, "{\"subject\": %q, \"site\": %q, \"reason\": %q}\n", subject.id, subject.site, subject.excluded)
			continue
		}
		fmt.Fprintf(&lines, "{\"subject\": %q, \"site\": %q, \"features\": {\"age\": 66}}\n", subject.id, subject.site)
		r.Counts.Subjects++
		if subject.risk > 1 {
			r.Counts.Failed++
			notScored = append(notScored, map[string]any{"index": i, "subject": subject.id, "site": subject.site, "reason": "no usable score"})
			continue
		}
		r.Counts.Scored++
		branch := workflow.NoAlertBranch
		if subject.risk > s.rules.Trial.Threshold.Value {
			r.Counts.High++
			branch = workflow.AlertBranch
		}
		scored = append(scored, map[string]any{
			"index": i, "subject": subject.id, "site": subject.site, "score": subject.risk, "branch": branch,
			"reasons": []any{map[string]any{"feature": "visits_missed", "contribution": 0.4}},
		})
	}
	record, err := json.Marshal(map[string]any{
		"schemaVersion": 1, "recordedAt": started, "threshold": s.rules.Trial.Threshold.Value, "subjects": scored, "notScored": notScored,
		"model": map[string]any{"endpoint": s.rules.Trial.Endpoint.Name, "variant": "AllTraffic"},
		"run":   map[string]any{"execution": execution, "startedAt": started, "trialId": r.TrialID, "test": false, "trialFile": s.rules.Trial.Digest()},
		"input": map[string]any{"bucket": r.Cohort.Bucket, "key": r.Cohort.Key, "versionId": r.Cohort.VersionID, "firstIndex": 0},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.world.AddRecord(r.Records+"000000000.json", record)
	s.world.AddCohort(r.Cohort, []byte(lines.String()))
	if excluded.Len() > 0 {
		s.world.AddCohort(alert.Object{Bucket: r.Cohort.Bucket, Key: strings.TrimSuffix(r.Cohort.Key, "cohort.jsonl") + "excluded.jsonl"}, []byte(excluded.String()))
	}
	return r
}

func (s *scene) update(r alerts.Request) (*alerts.Answer, error) {
	s.t.Helper()
	payload, err := json.Marshal(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.updater().Handle(context.Background(), payload)
}

// mustUpdate updates, and fails the test on an error.
func (s *scene) mustUpdate(r alerts.Request) *alerts.Answer {
	s.t.Helper()
	answer, err := s.update(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

func (s *scene) watch(night int) (*alerts.Watched, error) {
	s.t.Helper()
	return s.watcher().Handle(context.Background(), fmt.Appendf(nil, `{"trialId": %q, "day": %q}`, s.rules.Trial.ID, day(night)))
}

func (s *scene) mustWatch(night int) *alerts.Watched {
	s.t.Helper()
	watched, err := s.watch(night)
	if err != nil {
		s.t.Fatal(err)
	}
	return watched
}

// item returns what the registry has of a subject.
func (s *scene) item(id string) alert.Item {
	s.t.Helper()
	for stored, err := range s.store().Items(context.Background()) {
		if err != nil {
			s.t.Fatal(err)
		}
		if stored.Subject == id {
			return stored.Item
		}
	}
	s.t.Fatalf("the registry does not know %s", id)
	return alert.Item{}
}

// do lets the medical monitor act.
func (s *scene) do(night int, operation alerts.Operation, id string, change func(*alerts.Statement)) (*alerts.Reply, error) {
	s.t.Helper()
	a := s.actor(night)
	person, err := a.As("arn:aws:sts::123456789012:assumed-role/MedicalMonitor/ada@example.com", "ada@example.com", "medical-monitor")
	if err != nil {
		s.t.Fatal(err)
	}
	item := s.item(id)
	statement := alerts.Statement{Operation: operation, Alert: item.Alert.ID, Seen: item.Sequence}
	if change != nil {
		change(&statement)
	}
	digest, err := statement.SHA256()
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Do(context.Background(), person, statement, digest)
}

func (s *scene) mustDo(night int, operation alerts.Operation, id string, change func(*alerts.Statement)) {
	s.t.Helper()
	if _, err := s.do(night, operation, id, change); err != nil {
		s.t.Fatal(err)
	}
}
