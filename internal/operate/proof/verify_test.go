package proof_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/records"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
)

const scored = `{"trialId": "T-1"}`

// Requirements: SRC-19
func TestEverythingIsFound(t *testing.T) {
	s := newScene(t, scored)
	report, bad := s.verify()
	if len(bad) > 0 || report.Result != proof.Found || len(report.Lines) != 15 {
		t.Errorf("%d lines, %s:\n%s", len(report.Lines), report.Result, strings.Join(bad, "\n"))
	}
	var all strings.Builder
	for _, line := range report.Lines {
		all.WriteString(line.Check + ": " + strings.Join(line.Findings, "; ") + "\n")
	}
	for _, want := range []string{
		"outcome: SUCCEEDED", "step s-1 of the cluster j-1 is COMPLETED", "logs are below s3n://logs/j-1/steps/s-1/", "s3://data/cohorts/c.jsonl, version v-7 has 4 lines, as many",
		"decision records: 2 below s3://records/decisions/T-1/", "with 4 subjects, 3 scored and 1 at high risk", "locked in mode COMPLIANCE, for 365 days", "Invocations 2",
		"not the execution's", "message id m-1", "NumberOfNotificationsDelivered 1", "not the message's", "all 1 checks of the approval hold", "answered: ServiceNow", "Operator/ada@example.com",
		"the executed definition has the digest of the assembly",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q is not in\n%s", want, &all)
		}
	}
	var page bytes.Buffer
	if err := report.WritePage(&page); err != nil || !strings.Contains(page.String(), "15 found, 0 missing, 0 not verifiable") || strings.Contains(page.String(), secret) {
		t.Errorf("%v, page\n%s", err, &page)
	}
}

// Every break is named, and nothing else.
//
// Requirements: SRC-19
func TestEveryBreakIsNamed(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*scene)
		want   []string // the beginnings of the lines that are not found
	}{
		"a record that was deleted":       {func(s *scene) { delete(s.store.Objects, s.key(2)) }, []string{"decision records: missing: the records below s3://records/"}},
		"a delete marker":                 {func(s *scene) { s.store.Objects[s.key(2)].Later = []records.Version{{ID: "v2", Deleted: true}} }, []string{"decision records: missing: decisions/T-1/"}},
		"a second version":                {func(s *scene) { s.store.Objects[s.key(2)].Later = []records.Version{{ID: "v1"}} }, []string{"decision records: missing: decisions/T-1/"}},
		"a record that was changed":       {func(s *scene) { s.edit(`"branch": "alert"`, `"branch": "no alert"`) }, []string{"decision records: missing: the records below"}},
		"a record that is not valid":      {func(s *scene) { s.edit(`"schemaVersion": 1`, `"schemaVersion": 2`) }, []string{"decision records: missing: decisions/T-1/"}},
		"a record of another execution":   {func(s *scene) { s.edit(`execution:risk:run-1`, `execution:risk:run-2`) }, []string{"decision records: missing: decisions/T-1/"}},
		"a record of another definition":  {func(s *scene) { s.edit(digest, strings.Repeat("f", 64)) }, []string{"decision records: missing: decisions/T-1/"}},
		"a record without a lock":         {func(s *scene) { s.store.Objects[s.key(2)].Lock = approvals.Lock{} }, []string{"locks of the records: missing: decisions/T-1/"}},
		"a weaker lock":                   {func(s *scene) { s.store.Objects[s.key(2)].Lock.Mode = approvals.Governance }, []string{"locks of the records: missing: decisions/T-1/"}},
		"a shorter lock":                  {func(s *scene) { s.store.Objects[s.key(2)].Lock.Until = s.start }, []string{"locks of the records: missing: decisions/T-1/"}},
		"a store without locks":           {func(s *scene) { s.store.Default = approvals.Rule{} }, []string{"locks of the records: missing: the store does not lock"}},
		"another digest in the assembly":  {func(s *scene) { s.v.Digest = strings.Repeat("a", 64) }, []string{"definition: missing: the state machine has the tag " + digest, "decision records: missing: decisions/T-1/"}},
		"no assembly":                     {func(s *scene) { s.v.Digest = "" }, []string{"definition: not verifiable: there is no assembly"}},
		"an alert in the dead letters":    {func(s *scene) { s.ports.sums["NumberOfNotificationsRedrivenToDlq"] = 1 }, []string{"deliveries of the topic: missing: notifications went to the dead letters"}},
		"an alert that was lost":          {func(s *scene) { s.ports.sums["NumberOfNotificationsFailedToRedriveToDlq"] = 1 }, []string{"deliveries of the topic: missing: notifications went to the dead letters"}},
		"a delivery that failed":          {func(s *scene) { s.ports.sums["NumberOfNotificationsFailed"] = 1 }, []string{"deliveries of the topic: missing: notifications failed"}},
		"nobody who hears":                {func(s *scene) { delete(s.ports.sums, "NumberOfNotificationsDelivered") }, []string{"deliveries of the topic: missing: no notification was delivered"}},
		"a log of the step that is gone":  {func(s *scene) { s.ports.prefixes = nil }, []string{"log of the Spark step: missing: no log is below s3n://logs/j-1/steps/s-1/"}},
		"a cluster without logs":          {func(s *scene) { s.ports.logs = "" }, []string{"log of the Spark step: missing: the cluster j-1 keeps no logs"}},
		"a step that failed after all":    {func(s *scene) { s.ports.state = "FAILED" }, []string{"Spark step: missing: step s-1 of the cluster j-1 is FAILED"}},
		"a cohort that was deleted":       {func(s *scene) { s.ports.lines = nil }, []string{"processed data: missing: s3://data/cohorts/c.jsonl, version v-7 does not exist"}},
		"a cohort of another size":        {func(s *scene) { s.ports.lines["data/cohorts/c.jsonl?v-7"] = 5 }, []string{"processed data: missing: s3://data/cohorts/c.jsonl, version v-7 has 5 lines, and the execution counted 4"}},
		"a model that nobody asked":       {func(s *scene) { delete(s.ports.sums, "Invocations") }, []string{"model: missing: the endpoint dropout, variant blue, has no invocations"}},
		"a model without a log":           {func(s *scene) { s.ports.events = nil }, []string{"log of the model: missing: the log group /aws/sagemaker/Endpoints/dropout has no event"}},
		"a trail without the start":       {func(s *scene) { s.v.Starts = starts{} }, []string{"events of the trail: missing: the trail does not show"}},
		"no trail":                        {func(s *scene) { s.v.Starts = nil }, []string{"events of the trail: not verifiable: no log group"}},
		"an approval that does not hold":  {func(s *scene) { s.v.Approval = approvalOf(approvals.Fails) }, []string{"approval: missing: ap-"}},
		"an approval that nobody can say": {func(s *scene) { s.v.Approval = approvalOf(approvals.Unverifiable) }, []string{"approval: not verifiable: ap-"}},
		"no function of approvals":        {func(s *scene) { s.v.Approval = nil }, []string{"approval: not verifiable: the function"}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t, scored)
			row.change(s)
			report, bad := s.verify()
			if len(bad) != len(row.want) {
				t.Fatalf("got\n%s\nwant %q", strings.Join(bad, "\n"), row.want)
			}
			for i, want := range row.want {
				if !strings.HasPrefix(bad[i], want) {
					t.Errorf("got %s, want %s", bad[i], want)
				}
			}
			if report.Result == proof.Found {
				t.Error("the result is found")
			}
		})
	}
}

func approvalOf(result approvals.Result) func(context.Context, string) (*approvals.Report, error) {
	return func(context.Context, string) (*approvals.Report, error) {
		return &approvals.Report{Checks: []approvals.Check{{Name: "schema", Result: result, Findings: []string{"it"}}}}, nil
	}
}

// The lines of the cohort that no record has are named.
func TestTheGapIsNamed(t *testing.T) {
	s := newScene(t, scored)
	delete(s.store.Objects, s.key(0))
	if _, bad := s.verify(); len(bad) != 1 || !strings.Contains(bad[0], "no record has the lines 1 to 2 of the cohort") {
		t.Errorf("got %q", bad)
	}
}

// A record that somebody hid is called deleted, and one that was written over has versions.
func TestWhatHappenedToARecord(t *testing.T) {
	for want, later := range map[string]records.Version{"is deleted": {ID: "v2", Deleted: true}, "has 2 versions: a record has one": {ID: "v1"}} {
		s := newScene(t, scored)
		s.store.Objects[s.key(2)].Later = []records.Version{later}
		if _, bad := s.verify(); len(bad) != 1 || !strings.Contains(bad[0], s.key(2)+" "+want) {
			t.Errorf("got %q, want %q", bad, want)
		}
	}
}

// What is out of reach is not verifiable, and no more than that.
func TestOutOfReach(t *testing.T) {
	s := newScene(t, scored)
	s.ports.broken = errors.New("S3 GetObject: AccessDenied")
	s.store.Fail = func(string) error { return errors.New("S3 GetObject: AccessDenied") }
	report, bad := s.verify()
	for _, line := range bad {
		if strings.Contains(line, "not verifiable") || strings.HasPrefix(line, "decision records: missing") || strings.HasPrefix(line, "model: ") {
			continue
		}
		t.Errorf("got %s", line)
	}
	if len(bad) < 6 {
		t.Errorf("%d of %d lines: %q", len(bad), len(report.Lines), bad)
	}
	s = newScene(t, scored)
	s.v.Ports = proof.Ports{}
	if _, bad := s.verify(); len(bad) != 9 || strings.Contains(strings.Join(bad, "\n"), "missing") {
		t.Errorf("without ports: %d lines\n%s", len(bad), strings.Join(bad, "\n"))
	}
}

// An execution that failed is found with what it did.
func TestAFailedExecution(t *testing.T) {
	s := newScene(t, `{"trialId": "T-1", "down": true}`)
	report, bad := s.verify()
	text := strings.Join(bad, "\n")
	for _, want := range []string{"outcome: missing: FAILED in NotifyTeam: SNS.Down", "alert: missing: NotifyTeam published no message"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if report.Result != proof.Missing || len(bad) != 2 {
		t.Errorf("%s\n%s", report.Result, text)
	}
}

// Where nobody is at high risk, nobody is alerted, and that is found.
func TestNobodyAtHighRisk(t *testing.T) {
	s := newScene(t, scored, `'high': 1`, `'high': 0`)
	s.edit(`"branch": "alert"`, `"branch": "no alert"`)
	report, bad := s.verify()
	if len(bad) > 0 || report.Lines[len(report.Lines)-4].Findings[0] != "none: CheckRisk found nobody above the threshold" {
		t.Errorf("%q, %+v", bad, report.Lines)
	}
}

// The tag counts where the definition does not have the digest itself.
func TestTheTagOfTheStateMachine(t *testing.T) {
	s := newScene(t, scored, digest, "a comment")
	if _, bad := s.verify(); len(bad) > 0 {
		t.Errorf("got %q", bad)
	}
}

func TestTheWindowIsWholeMinutes(t *testing.T) {
	s := newScene(t, scored)
	report, _ := s.verify()
	for _, line := range report.Lines {
		if line.Check == "model" && !strings.Contains(line.Findings[0], "from "+s.start.Truncate(time.Minute).Format(time.RFC3339)+" to ") {
			t.Errorf("got %v", line.Findings)
		}
	}
}
