package alerts_test

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
)

// exclusions returns the record of a run.
func (s *scene) exclusions(r alerts.Request) *exclusion.Record {
	s.t.Helper()
	key := exclusion.Key(r.TrialID, r.Execution, r.StartedAt)
	record, err := exclusion.Read(key, s.world.Objects()[key])
	if err != nil {
		s.t.Fatal(err)
	}
	return record
}

// excludedOf is the extraction's file of a run.
func excludedOf(r alerts.Request) alert.Object {
	return alert.Object{Bucket: r.Cohort.Bucket, Key: strings.TrimSuffix(r.Cohort.Key, "cohort.jsonl") + "excluded.jsonl"}
}

// Requirements: P11-10b
func TestEachRunRecordsWhomItLeftOut(t *testing.T) {
	s := newScene(t)
	r := s.night(1, subject{id: "S-1", site: "S01", risk: 0.2}, subject{id: "S-2", site: "S02", excluded: "died_before_cut"})
	s.mustUpdate(r)
	record := s.exclusions(r)
	want := exclusion.Subject{Subject: "S-2", Site: "S02", Reason: "died_before_cut"}
	if len(record.Subjects) != 1 || record.Subjects[0] != want || record.CutDate != day(1) || record.Run.TrialFile != s.rules.Trial.Digest() {
		t.Errorf("got %+v", record)
	}
	if record.Source == nil || record.Source.Key != excludedOf(r).Key || len(record.Source.SHA256) != 64 {
		t.Errorf("the source is %+v", record.Source)
	}
	none := s.night(2, subject{id: "S-1", site: "S01", risk: 0.2})
	s.mustUpdate(none)
	if record := s.exclusions(none); record.Source != nil || len(record.Subjects) != 0 {
		t.Errorf("without a file: %+v", record)
	}
}

// The extraction's file is not locked. Once the record is there, it decides, also for the transitions of a repeated run.
func TestTheRecordDecidesNotTheFile(t *testing.T) {
	for reason, changed := range map[string]string{
		"another reason": "{\"subject\": \"S-1\", \"site\": \"S01\", \"reason\": \"completed\"}\n", "not a file of exclusions": "x\n",
	} {
		s := newScene(t)
		s.mustUpdate(s.night(1, subject{id: "S-1", site: "S01", risk: 0.2}))
		r := s.night(2, subject{id: "S-1", site: "S01", excluded: "died_before_cut"})
		s.world.CrashAt(2, true) // the head, then the record
		if _, err := s.update(r); err == nil {
			t.Fatal("no crash")
		}
		s.world.Restart()
		s.world.AddCohort(excludedOf(r), []byte(changed))
		s.mustUpdate(r)
		if body := s.world.Objects()[lastEvent(s, "S-1")]; !strings.Contains(string(body), `"died_before_cut"`) {
			t.Errorf("%s: the alert was closed otherwise: %s", reason, body)
		}
		if got := s.exclusions(r).Subjects[0].Reason; got != "died_before_cut" {
			t.Errorf("%s: the record says %s", reason, got)
		}
	}
}

func lastEvent(s *scene, id string) string {
	item := s.item(id)
	return item.EventKey(item.Sequence)
}

// A record that somebody planted, or that is of another run, stops the update.
func TestAForeignRecordOfExclusionsStopsTheUpdate(t *testing.T) {
	s := newScene(t)
	r := s.night(1, subject{id: "S-1", site: "S01", risk: 0.2})
	other := s.night(2, subject{id: "S-1", site: "S01", risk: 0.2})
	s.world.AddRecord(exclusion.Key(r.TrialID, r.Execution, r.StartedAt), (&exclusion.Record{
		SchemaVersion: 1, CutDate: day(2), Run: exclusion.Run{Execution: other.Execution, StartedAt: other.StartedAt, TrialID: other.TrialID},
	}).Body())
	if _, err := s.update(r); err == nil || !strings.Contains(err.Error(), "is the record of another run") {
		t.Errorf("got %v", err)
	}
}

// Nobody is both scored and left out, and nothing is recorded then.
func TestASubjectIsNotScoredAndLeftOut(t *testing.T) {
	s := newScene(t)
	r := s.night(1, subject{id: "S-1", site: "S01", risk: 0.2}, subject{id: "S-1", site: "S01", excluded: "completed"})
	if _, err := s.update(r); err == nil || !strings.Contains(err.Error(), "have a subject in common") {
		t.Errorf("got %v", err)
	}
	if _, there := s.world.Objects()[exclusion.Key(r.TrialID, r.Execution, r.StartedAt)]; there {
		t.Error("there is a record")
	}
}
