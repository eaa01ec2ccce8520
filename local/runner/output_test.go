package runner

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/outcome"
)

const logGroup = "/aws/vendedlogs/states/risk"

func openOutput(t *testing.T, dir string) *Output {
	t.Helper()
	o, err := OpenOutput(dir, logGroup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func write(t *testing.T, o *Output) {
	t.Helper()
	err := o.Write(&Result{
		Outcome: &outcome.Outcome{Subject: "S-1", Ending: outcome.Ending{Execution: "000001-S-1"}},
		Effects: Effects{Alerts: []local.Notification{{Message: "a<b"}, {Message: "c"}}},
		Files:   Files{History: []byte("{}\n"), Log: []byte("{}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestResultsAreWrittenAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "out")
	write(t, openOutput(t, dir))
	// Nothing is closed or flushed: a killed run leaves complete lines.
	if text := read(t, dir, "executions.jsonl"); !strings.HasPrefix(text, `{"subject":"S-1"`) || strings.Count(text, "\n") != 1 {
		t.Errorf("executions.jsonl: %q", text)
	}
	if text := read(t, dir, "alerts.jsonl"); strings.Count(text, "\n") != 2 || !strings.Contains(text, `"a<b"`) {
		t.Errorf("alerts.jsonl: %q", text)
	}
	if text := read(t, dir, "histories", "000001-S-1.json"); text != "{}\n" {
		t.Errorf("the history: %q", text)
	}
	if text := read(t, dir, "logs", "aws-vendedlogs-states-risk.jsonl"); text != "{}\n" {
		t.Errorf("the log: %q", text)
	}
}

func TestOnlyTheOwnerCanReadResults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	o := openOutput(t, dir)
	write(t, o)
	if err := o.WriteReport(func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestARunReplacesTheLast(t *testing.T) {
	dir := t.TempDir()
	last, err := OpenOutput(dir, logGroup)
	if err != nil {
		t.Fatal(err)
	}
	write(t, last)
	if err := last.Close(); err != nil {
		t.Fatal(err)
	}
	stale := []string{"histories/000009-old.json", "report.html", "report.html.tmp", "s3/bucket/key", "logs/old.jsonl"}
	for _, name := range stale {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openOutput(t, dir)
	if text := read(t, dir, "executions.jsonl"); text != "" {
		t.Errorf("executions.jsonl still holds %q", text)
	}
	for _, name := range stale {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s of the last run still exists (%v): it seems to belong to this run", name, err)
		}
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "logs", "mine.txt")
	if err := os.MkdirAll(filepath.Dir(mine), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenOutput(dir, logGroup); err == nil || !strings.Contains(err.Error(), "name a new or empty folder with --out") {
		t.Errorf("error %v", err)
	}
	if read(t, mine) != "mine" {
		t.Error("a foreign file is gone")
	}
}

func TestFoldersOfOtherNamesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "evidence", "page.html")
	if err := os.MkdirAll(filepath.Dir(other), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := OpenOutput(dir, logGroup)
	if err != nil {
		t.Fatal(err)
	}
	if err := output.Close(); err != nil {
		t.Fatal(err)
	}
	if read(t, other) != "kept" {
		t.Error("another folder's file changed")
	}
}

func TestFolderThatIsNotWritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for reason, dir := range map[string]string{"a file": file, "below a file": filepath.Join(file, "out")} {
		if _, err := OpenOutput(dir, logGroup); err == nil || !strings.Contains(err.Error(), "--out") {
			t.Errorf("%s: error %v, want one that names --out", reason, err)
		}
	}
}

func TestBrokenReportIsNotKept(t *testing.T) {
	dir := t.TempDir()
	o := openOutput(t, dir)
	broken := errors.New("broken")
	err := o.WriteReport(func(w io.Writer) error {
		fmt.Fprint(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	for _, name := range []string{"report.html", "report.html.tmp"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s exists (%v)", name, err)
		}
	}
}
