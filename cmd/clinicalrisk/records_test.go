package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

const trialFile = "../../trials/SYN-AD-402.yaml"

// recordedTrial is a trial with the records of some nights, the first one on 2026-02-26. The commands run on a later day.
func recordedTrial(t *testing.T, nights, subjects int, today time.Time) *memory.Trial {
	t.Helper()
	registered, err := trial.Load(trialFile)
	if err != nil {
		t.Fatal(err)
	}
	recorded := memory.NewTrial(registered, time.Date(2026, 2, 26, 3, 0, 0, 0, time.UTC), subjects)
	for n := range nights {
		if err := recorded.Night(n); err != nil {
			t.Fatal(err)
		}
	}
	was := now
	now = func() time.Time { return today }
	t.Cleanup(func() { now = was })
	return recorded
}

// sevenNights is a trial with three subjects.
func sevenNights(t *testing.T) *memory.Trial {
	t.Helper()
	return recordedTrial(t, 7, 3, time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC))
}

// onAWS makes the commands read a store in memory.
func onAWS(t *testing.T, recorded *memory.Trial) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none"),
	} {
		t.Setenv(name, value)
	}
	was := newStore
	newStore = func(_ aws.Config, bucket string) records.Store {
		if bucket != recorded.Bucket {
			t.Errorf("the bucket is %s", bucket)
		}
		return recorded.Store
	}
	t.Cleanup(func() { newStore = was })
}

// Requirements: P11-10b
func TestRecordsAreExportedAndVerified(t *testing.T) {
	recorded := sevenNights(t)
	onAWS(t, recorded)
	dir := filepath.Join(t.TempDir(), "export")
	code, stdout, stderr := clinicalrisk(t, "", "records", "export", "--trial", "SYN-AD-402", "--bucket", "records", "--trial-file", "../../trials/SYN-AD-402.yaml", "--out", dir)
	if code != program.ExitOK || stderr != "" || !strings.Contains(stdout, "records in 2 months, as of 2026-03-05T00:00:00Z") {
		t.Fatalf("exit code %d, %s%s", code, stdout, stderr)
	}
	_, digest, _ := strings.Cut(stdout, "Digest:  ")
	digest = digest[:64]
	if code, stdout, stderr = clinicalrisk(t, "", "records", "verify", dir, "--digest", digest); code != program.ExitOK || !strings.Contains(stdout, "SYN-AD-402: everything holds: ") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	page := filepath.Join(dir, "runs.html")
	if err := os.WriteFile(page, []byte("\x1b[2J"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "\x1b[2J"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = clinicalrisk(t, "", "records", "verify", dir, "--digest", digest)
	if code != program.ExitFailed || !strings.Contains(stdout, "runs.html: altered") || !strings.Contains(stderr, "2 faults") || strings.Contains(stdout, "\x1b") {
		t.Errorf("exit code %d, %q %s", code, stdout, stderr)
	}
	code, stdout, _ = clinicalrisk(t, "", "records", "verify", dir, "--json")
	var report struct {
		Holds  bool
		Faults []struct{ File, Fault string } `json:"faults"`
	}
	if err := strictjson.Unmarshal([]byte(stdout), &report); err != nil || code != program.ExitFailed || len(report.Faults) != 2 {
		t.Errorf("exit code %d, %+v, %v", code, report, err)
	}
}

func TestAnExportOfAWSCanPrintItsManifest(t *testing.T) {
	onAWS(t, sevenNights(t))
	dir := filepath.Join(t.TempDir(), "export")
	code, stdout, stderr := clinicalrisk(t, "", "records", "export", "--trial", "SYN-AD-402", "--bucket", "records", "--from", "2026-03-01", "--json", "--out", dir)
	var m records.Manifest
	if err := strictjson.UnmarshalKnown([]byte(stdout), &m); err != nil || code != program.ExitOK || len(m.Parts) != 1 || m.Counts[records.Decision] != 4 {
		t.Errorf("exit code %d, %+v, %v, %s", code, m, err, stderr)
	}
	if !strings.Contains(m.Trail.Note, "no log group was named with --trail-logs") || len(m.Runs.Unknown) == 0 {
		t.Errorf("trail %+v, runs %+v", m.Trail, m.Runs)
	}
}

// A registry of local runs has the decisions and approvals in one folder, and what its functions wrote in another.
func TestRecordsOfALocalRegistry(t *testing.T) {
	recorded := sevenNights(t)
	dir := filepath.Join(t.TempDir(), "registry")
	folder, err := registry.Open(dir, recorded.Trial)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 8 { // the last one claimed, and recorded nothing
		run := recorded.Run(n)
		body := `{"execution": "` + run.Execution + `", "startedAt": "` + run.StartedAt + `"}`
		if err := folder.Put(t.Context(), alerts.Entry{Key: alert.ClaimKey(run.Cut), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	for key, object := range recorded.Objects {
		s3, bucket := local.S3{Dir: filepath.Join(dir, "s3")}, "records"
		switch {
		case strings.HasPrefix(key, "approvals/"):
			continue // it names versions of S3
		case !strings.HasPrefix(key, "decisions/"):
			s3, bucket = local.S3{Dir: dir}, "events"
		}
		if _, err := s3.Put(bucket, key, object.Body()); err != nil {
			t.Fatal(err)
		}
	}
	now = func() time.Time { return time.Now().Add(time.Hour) } // the files are of today
	out := filepath.Join(t.TempDir(), "export")
	code, stdout, stderr := clinicalrisk(t, "", "records", "export", "--registry", dir, "--trial", "SYN-AD-402", "--to", "2026-03-05", "--out", out)
	if code != program.ExitOK || !strings.Contains(stdout, "missing: 1 run, 2026-03-05: claimed the data cut on 2026-03-05") || strings.Count(stdout, "missing:") != 1 {
		t.Fatalf("exit code %d, %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr = clinicalrisk(t, "", "records", "verify", out); code != program.ExitOK {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	if page, err := os.ReadFile(filepath.Join(out, "index.html")); err != nil || !strings.Contains(string(page), "nobody logs who reads and writes a folder") {
		t.Errorf("the page does not say that there is no trail: %v", err)
	}
	for reason, row := range map[string]struct {
		arguments []string
		want      string
	}{
		"again":              {[]string{"--registry", dir, "--trial", "SYN-AD-402", "--out", out}, "holds a complete export"},
		"another trial":      {[]string{"--registry", dir, "--trial", "T-2", "--out", out}, "is the registry of the trial SYN-AD-402"},
		"two sources":        {[]string{"--registry", dir, "--run", dir, "--trial", "T-2", "--out", out}, "use either --registry or --run"},
		"a bucket":           {[]string{"--registry", dir, "--bucket", "b", "--trial", "T-2", "--out", out}, "they are of AWS"},
		"no trial":           {[]string{"--registry", dir, "--trial", "a/b", "--out", out}, "--trial must"},
		"no day":             {[]string{"--registry", dir, "--trial", "T-2", "--from", "today", "--out", out}, "--from must be a day"},
		"a period backwards": {[]string{"--registry", dir, "--trial", "T-2", "--from", "2026-03-02", "--to", "2026-03-01", "--out", out}, "is after --to"},
		"no records":         {[]string{"--run", t.TempDir(), "--trial", "T-2", "--out", out}, "has no records"},
	} {
		code, stdout, stderr := clinicalrisk(t, "", append([]string{"records", "export"}, row.arguments...)...)
		if code != program.ExitUsage || stdout != "" || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: exit code %d, %q %s", reason, code, stdout, stderr)
		}
	}
}
