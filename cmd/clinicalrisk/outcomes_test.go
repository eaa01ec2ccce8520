package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/internal/outcomes"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/outcome"
)

// people is how many subjects the trial has.
const people = 12

// ends is a file of outcomes: the first subject discontinued, the last one is still running, and the others completed.
func ends(t *testing.T, date string) string {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, `{"subject":%q,"site":"S01","treatment_status":"discontinued","treatment_reason":"ADVERSE EVENT","treatment_date":%q,"study_status":"ongoing"}`+"\n", memory.Subject(0), date)
	for n := 1; n < people-1; n++ {
		fmt.Fprintf(&text, `{"subject":%q,"site":"S01","treatment_status":"completed","treatment_date":%q,"study_status":"completed","study_date":%q}`+"\n", memory.Subject(n), date, date)
	}
	fmt.Fprintf(&text, `{"subject":%q,"treatment_status":"ongoing","study_status":"ongoing"}`+"\n", memory.Subject(people-1))
	return write(t, "outcomes.jsonl", text.String())
}

// limited is the trial's file with other limits.
func limited(t *testing.T, limits string) string {
	t.Helper()
	source, err := os.ReadFile(trialFile)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(source), "outcomes:\n")
	if !found {
		t.Fatal("the example has no limits")
	}
	return write(t, "SYN-AD-402.yaml", before+limits)
}

// localRecords makes a registry of local runs with the records of a trial.
func localRecords(t *testing.T) string {
	t.Helper()
	recorded := recordedTrial(t, 3, people, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	dir := filepath.Join(t.TempDir(), "registry")
	folder, err := registry.Open(dir, recorded.Trial)
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	for key, object := range recorded.Objects {
		s3, bucket := local.S3{Dir: filepath.Join(dir, "s3")}, "records"
		if !strings.HasPrefix(key, "decisions/") {
			s3, bucket = local.S3{Dir: dir}, "events"
		}
		if !strings.HasPrefix(key, "approvals/") {
			if _, err := s3.Put(bucket, key, object.Body()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// Requirements: SRC-25
func TestOutcomesOfALocalRegistry(t *testing.T) {
	dir, out := localRecords(t), filepath.Join(t.TempDir(), "page")
	holds, broken := limited(t, "outcomes:\n  mostAlerts: 40\n"), limited(t, "outcomes:\n  minimumSubjects: 10\n  observedToExpected: {from: 0.99, to: 1.01}\n")
	page := func(file string) []string {
		return []string{"page", "--trial-file", file, "--registry", dir, "--out", out}
	}
	for _, step := range []struct {
		reason    string
		arguments []string
		code      int
		want      string
	}{
		{"nothing yet", page(holds), program.ExitUsage, "no outcomes were imported: run clinicalrisk outcomes import"},
		{"the first", []string{"import", ends(t, "2026-05-01"), "--trial-file", trialFile, "--registry", dir}, 0, "the outcomes of 12 subjects, as of 2026-05-01, are imported\nRecord: outcomes/SYN-AD-402/"},
		{"the same", []string{"import", ends(t, "2026-05-01"), "--trial-file", trialFile, "--registry", dir}, 0, "already in force: nothing was stored"},
		{"a later one", []string{"import", ends(t, "2026-05-02"), "--trial-file", trialFile, "--registry", dir, "--as-of", "2026-05-31"}, 0, "as of 2026-05-31, are imported, and supersede 1 earlier record"},
		{"a limit that the import breaks", []string{"import", ends(t, "2026-05-02"), "--trial-file", broken, "--registry", dir, "--as-of", "2026-05-31"}, program.ExitFailed, "1 limit broken: observedToExpected"},
		{"the page", page(holds), 0, "treatment: 11 subjects compared, 1 with the outcome; 1 still running"},
		{"a broken limit", page(broken), program.ExitFailed, "observed outcomes by expected ones from 0.99 to 1.01: broken: 1.11, of 11 subjects whose end is known"},
		{"faults", []string{"import", ends(t, "2026-07-01"), "--trial-file", trialFile, "--registry", dir}, program.ExitUsage, "treatment_date must not be after today, 2026-06-01 (also in line 2, 3, 4, 5 and 6 more)"},
		{"no day", []string{"import", ends(t, "2026-05-01"), "--trial-file", trialFile, "--registry", dir, "--as-of", "May"}, program.ExitUsage, "--as-of must be a day"},
		{"two places", []string{"page", "--trial-file", trialFile, "--registry", dir, "--bucket", "b", "--out", out}, program.ExitUsage, "use either --registry or --bucket"},
		{"no registry", []string{"page", "--trial-file", trialFile, "--registry", t.TempDir(), "--out", out}, program.ExitUsage, "is not a registry of alerts"},
		{"a folder with something else", []string{"page", "--trial-file", trialFile, "--registry", dir, "--out", dir}, program.ExitUsage, "has files that are no report of outcomes"},
	} {
		code, stdout, stderr := clinicalrisk(t, "", append([]string{"outcomes"}, step.arguments...)...)
		if code != step.code || !strings.Contains(stdout+stderr, step.want) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s%s", step.reason, code, step.code, step.want, stdout, stderr)
		}
		if strings.Contains(stdout+stderr, memory.Subject(0)) || strings.Contains(stdout+stderr, "ADVERSE") {
			t.Errorf("%s: the output names a subject or what became of it:\n%s%s", step.reason, stdout, stderr)
		}
	}
	if body, err := os.ReadFile(filepath.Join(out, "index.html")); err != nil || !strings.Contains(string(body), "1 limit broken") {
		t.Errorf("the page does not say that a limit is broken: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "events", "outcomes", "SYN-AD-402", "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("the registry has %v, %v", left, err)
	}
	other := write(t, "T-2.yaml", strings.Replace(string(must(os.ReadFile(trialFile))), "id: SYN-AD-402", "id: T-2", 1))
	if code, _, stderr := clinicalrisk(t, "", "outcomes", "page", "--trial-file", other, "--registry", dir, "--out", out); code != program.ExitUsage || !strings.Contains(stderr, "is the registry of the trial SYN-AD-402") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func must(body []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return body
}

// noCohorts refuses to read cohorts, as a bucket of others does.
type noCohorts struct{}

func (noCohorts) Open(context.Context, alert.Object) (io.ReadCloser, error) {
	return nil, errors.New("AccessDenied")
}

// On AWS, the import goes into the bucket with the caller's own credentials, and the page reads the oldest versions there.
//
// Requirements: SRC-25
func TestOutcomesOnAWS(t *testing.T) {
	recorded := recordedTrial(t, 3, people, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	onAWS(t, recorded)
	bucket := &approvals.Objects{}
	wasObjects, wasCohorts := newObjects, newCohorts
	newObjects = func(_ aws.Config, name string) approval.Objects {
		if name != "records" {
			t.Errorf("the bucket is %s", name)
		}
		return bucket
	}
	newCohorts = func(aws.Config) outcomes.Cohorts { return noCohorts{} }
	t.Cleanup(func() { newObjects, newCohorts = wasObjects, wasCohorts })
	code, stdout, stderr := clinicalrisk(t, "", "outcomes", "import", ends(t, "2026-05-01"), "--trial-file", trialFile, "--bucket", "records", "--json")
	var imported outcomes.Imported
	if err := strictjson.UnmarshalKnown([]byte(stdout), &imported); err != nil || code != 0 || !imported.New || imported.Subjects != people {
		t.Fatalf("exit code %d, %+v, %v, %s", code, imported, err, stderr)
	}
	body, _, err := bucket.Read(t.Context(), imported.Key)
	if err != nil || !strings.HasPrefix(imported.Key, outcome.Folder) {
		t.Fatal(err)
	}
	recorded.Put(imported.Key, now(), func() []byte { return body })
	code, stdout, stderr = clinicalrisk(t, "", "outcomes", "page", "--trial-file", trialFile, "--bucket", "records", "--json", "--out", filepath.Join(t.TempDir(), "page"))
	var report struct {
		Notes    []string `json:"notes"`
		Outcomes []struct {
			Compared int `json:"compared"`
		} `json:"outcomes"`
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 0 || report.Outcomes[0].Compared != people-1 || !strings.Contains(strings.Join(report.Notes, "\n"), "Sex and age are unknown where a cohort could not be read: 1.") {
		t.Errorf("exit code %d, %+v, %v, %s", code, report, err, stderr)
	}
}
