package exclusion

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/workflow"
)

func sample() *Record {
	return &Record{
		SchemaVersion: 1, CutDate: "2026-03-02", Source: &Source{"cohorts", "cohorts/T-1/run/excluded.jsonl", strings.Repeat("0", 64)},
		Run:      Run{"arn:aws:states:eu-central-1:123456789012:execution:T:night", "2026-03-02T03:00:00.000Z", "T-1", strings.Repeat("1", 64)},
		Subjects: []Subject{{Subject: "S-1", Site: "S01", Reason: "died_before_cut"}},
	}
}

// The record has the hash of the run's decision records, so that one finds the other.
func TestTheKeyIsThatOfTheRun(t *testing.T) {
	r := sample()
	folder := workflow.RecordsOf("T-1", r.Run.Execution, r.Run.StartedAt)
	if want := "exclusions/" + strings.TrimSuffix(strings.TrimPrefix(folder, "decisions/"), "/") + ".json"; r.Key() != want {
		t.Errorf("got %s, want %s", r.Key(), want)
	}
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	r := sample()
	read, err := Read(r.Key(), r.Body())
	if err != nil || string(read.Body()) != string(r.Body()) {
		t.Errorf("read %s, %v", read.Body(), err)
	}
	nobody := *r
	nobody.Subjects, nobody.Source = nil, nil
	if read, err = Read(nobody.Key(), nobody.Body()); err != nil || len(read.Subjects) != 0 {
		t.Errorf("nobody: %v", err)
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	r := sample()
	for reason, row := range map[string]struct{ key, body, want string }{
		"another run":      {Key("T-1", "arn:other", r.Run.StartedAt), string(r.Body()), "is the record of another run"},
		"another trial":    {r.Key(), strings.Replace(string(r.Body()), `"T-1"`, `"T-2"`, 1), "is the record of another run"},
		"an unknown field": {r.Key(), strings.Replace(string(r.Body()), `"cutDate"`, `"note": 1, "cutDate"`, 1), `unknown field "note"`},
		"no list":          {r.Key(), strings.Replace(string(r.Body()), `"subjects"`, `"people"`, 1), `unknown field "people"`},
		"another version":  {r.Key(), strings.Replace(string(r.Body()), `"schemaVersion": 1`, `"schemaVersion": 2`, 1), "schemaVersion must be 1"},
	} {
		if _, err := Read(row.key, []byte(row.body)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %s", reason, err, row.want)
		}
	}
}

func TestALineNamesASubject(t *testing.T) {
	if s, err := ReadLine([]byte(`{"subject": "S-1", "site": "S01", "reason": "completed", "date": "2026-03-01", "arm": "x"}`)); err != nil || s.Date != "2026-03-01" || s.Reason != "completed" {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, line := range []string{`{}`, `[]`, `{"subject": "unknown"}`, `{"subject": "a b"}`, `{"subject": "S-1", "subject": "S-2"}`} {
		if _, err := ReadLine([]byte(line)); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}
