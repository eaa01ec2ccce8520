package trial_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/workflow/trial"
)

const example = "../../trials/SYN-AD-402.yaml"

func load(t *testing.T) (*trial.Trial, string) {
	t.Helper()
	source, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	got, err := trial.Load(example)
	if err != nil {
		t.Fatal(err)
	}
	return got, string(source)
}

func TestTheExampleIsRead(t *testing.T) {
	got, _ := load(t)
	want := trial.Alerts{
		WorseBy: 1, CloseAfter: 3, SuppressionDays: 30, Digest: trial.Digest{Every: trial.Weekly, Day: "monday"},
		Overdue: []trial.Overdue{
			{Waiting: trial.ForAcknowledgement, Days: 5, Role: "site-monitor"}, {Waiting: trial.ForAcknowledgement, Days: 10, Role: "medical-monitor"},
			{Waiting: trial.ForAction, Days: 14, Role: "site-monitor"}, {Waiting: trial.ForClosure, Days: 60, Role: "medical-monitor"},
		},
		NotScorable: trial.NotScorable{Runs: 3, Owner: "data-manager", Days: 14},
	}
	if diff := cmp.Diff(want, got.Alerts); diff != "" {
		t.Error(diff)
	}
	limits := &trial.Outcomes{
		Predicts: trial.OfTreatment, MinimumSubjects: 50, MinimumPPV: 0.2, ObservedToExpected: &trial.Range{From: 0.7, To: 1.4}, Slope: &trial.Range{From: 0.6, To: 1.5}, MostAlerts: 40,
		HighRiskJump: &trial.Jump{By: 0.1, Runs: 7},
	}
	if diff := cmp.Diff(limits, got.Outcomes); diff != "" {
		t.Error(diff)
	}
	if got.ID != "SYN-AD-402" || got.Status != trial.Active || len(got.Sites) != 10 || got.Location().String() != "Europe/Berlin" {
		t.Errorf("got %+v", got)
	}
}

// The defaults are those that the fields document.
func TestDefaultsAreWrittenOut(t *testing.T) {
	_, source := load(t)
	short := source
	for _, line := range []string{"  worseBy: 1\n", "  closeAfter: 3\n", "  suppressionDays: 30\n", "  digest:\n    every: weekly\n    day: monday\n", "    runs: 3\n", "    days: 14\n", "  predicts: treatment\n", "  minimumSubjects: 50\n", ", runs: 7"} {
		short = replaced(t, short, line, "")
	}
	long, err := trial.Parse("long", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	got, err := trial.Parse("short", []byte(short))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(long, got); diff != "" {
		t.Error(diff)
	}
	none, err := trial.Parse("none", []byte(replaced(t, replaced(t, replaced(t, source, limits, ""), "timeZone: Europe/Berlin\n", ""), "schedule: cron(30 3 * * ? *)\n", "")))
	if err != nil || none.TimeZone != "UTC" || none.Schedule != "" || none.Outcomes != nil {
		t.Errorf("got %v, %v", none, err)
	}
}

func TestTheDigestIsOfWhatTheFileSays(t *testing.T) {
	got, source := load(t)
	digest := got.Digest()
	for reason, text := range map[string]string{
		"a comment": "# another comment\n" + source,
		"Windows":   strings.ReplaceAll(source, "\n", "\r\n"),
		"the order": replaced(t, source, `["S01", "S02",`, `["S02", "S01",`),
		"the JSON":  string(got.Canonical()),
	} {
		same, err := trial.Parse(reason, []byte(text))
		if err != nil {
			t.Fatalf("%s: %v", reason, err)
		}
		if same.Digest() != digest {
			t.Errorf("%s changes the digest", reason)
		}
	}
	other, err := trial.Parse("other", []byte(replaced(t, source, "closeAfter: 3", "closeAfter: 4")))
	if err != nil || other.Digest() == digest {
		t.Errorf("another rule does not change the digest: %v", err)
	}
}

func TestTheFileHasTheNameOfItsTrial(t *testing.T) {
	_, source := load(t)
	file := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := trial.Load(file); err == nil || err.Error() != file+":1: the file must have the name of its id, SYN-AD-402.yaml" {
		t.Errorf("got %v", err)
	}
	if _, err := trial.Load(filepath.Join(t.TempDir(), "none.yaml")); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

func TestBandsOfRisks(t *testing.T) {
	got, _ := load(t)
	for risk, want := range map[float64]int{0: -1, 0.15: -1, 0.1501: 0, 0.3: 0, 0.31: 1, 0.5: 1, 0.51: 2, 1: 2} {
		if band := got.Band(risk); band != want {
			t.Errorf("%v is in band %d, want %d", risk, band, want)
		}
	}
}

func replaced(t *testing.T, text, old, replacement string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q occurs %d times", old, strings.Count(text, old))
	}
	return strings.Replace(text, old, replacement, 1)
}

// lineOf returns the line of a text, from 1.
func lineOf(t *testing.T, source, text string) int {
	t.Helper()
	before, _, found := strings.Cut(source, text)
	if !found {
		t.Fatalf("%q is missing", text)
	}
	return strings.Count(before, "\n") + 1
}

// located is the beginning of a fault: file and line.
func located(line int) string { return fmt.Sprintf("f.yaml:%d: ", line) }

// A file that nobody would read is named, and so is a fault in each other file.
func TestEveryFileOfAFolderIsATrial(t *testing.T) {
	_, source := load(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"SYN-AD-402.yaml": "\ufeff" + source, "README.md": "Trials.", "T-1.yml": source, "T-2.json": "{}", "T-3.yaml": source,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := trial.LoadAll(dir)
	for _, want := range []string{"T-1.yml: a trial's file has the name of its id", "T-2.json: a trial's file has", "T-3.yaml:1: the file must have the name of its id, SYN-AD-402.yaml"} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "\n") != 2 {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for _, name := range []string{"T-1.yml", "T-2.json", "T-3.yaml"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if trials, err := trial.LoadAll(dir); err != nil || len(trials) != 1 {
		t.Errorf("got %d trials, %v", len(trials), err)
	}
	if trials, err := trial.LoadAll(filepath.Join(dir, "none")); err != nil || len(trials) != 0 {
		t.Errorf("without a folder: %d trials, %v", len(trials), err)
	}
}
