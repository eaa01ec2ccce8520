package runner

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/local/outcome"
)

// Two runs in one folder would mix their decisions.
func TestAFolderInUseIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	first, err := OpenOutput(dir, logGroup)
	if err != nil {
		t.Fatal(err)
	}
	write(t, first)
	if _, err := OpenOutput(dir, logGroup); err == nil || !strings.Contains(err.Error(), "another run uses "+dir) || !strings.Contains(err.Error(), "--out") {
		t.Errorf("a second run: error %v", err)
	}
	if read(t, dir, "executions.jsonl") == "" {
		t.Error("the second run removed the results of the first")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openOutput(t, dir)
}

// The working directory is never replaced by an empty --out.
func TestEmptyFolderNameIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"logs", "s3", "histories"} {
		if err := os.MkdirAll(filepath.Join(name, "mine"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("report.html", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenOutput("", logGroup); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("error %v, want one that names --out", err)
	}
	for _, name := range []string{"logs/mine", "s3/mine", "histories/mine", "report.html"} {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s is gone: %v", name, err)
		}
	}
}

// A program that changes its working directory does not change where results go.
func TestFolderNamesAreAbsolute(t *testing.T) {
	start := t.TempDir()
	t.Chdir(start)
	o := openOutput(t, "out")
	t.Chdir(t.TempDir())
	write(t, o)
	if read(t, start, "out", "executions.jsonl") == "" {
		t.Error("the results are in another folder")
	}
}

// Only the marker of this program allows a run to replace files.
func TestFilesOfOthersAreNotReplaced(t *testing.T) {
	for reason, prepare := range map[string]func(dir string) error{
		"a marker of another program": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ".clinicalrisk"), []byte("settings"), 0o600)
		},
		"a folder in place of the marker": func(dir string) error { return os.Mkdir(filepath.Join(dir, ".clinicalrisk"), 0o700) },
		"a link in place of the marker":   func(dir string) error { return os.Symlink(marked(t), filepath.Join(dir, ".clinicalrisk")) },
	} {
		dir := t.TempDir()
		mine := filepath.Join(dir, "logs", "mine.txt")
		if err := errors.Join(os.Mkdir(filepath.Dir(mine), 0o700), os.WriteFile(mine, nil, 0o600), prepare(dir)); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenOutput(dir, logGroup); err == nil || !strings.Contains(err.Error(), "name a new or empty folder with --out") {
			t.Errorf("%s: error %v", reason, err)
		}
		if _, err := os.Stat(mine); err != nil {
			t.Errorf("%s: the file of somebody else is gone: %v", reason, err)
		}
	}
}

// marked returns a valid marker file.
func marked(t *testing.T) string {
	dir := t.TempDir()
	openOutput(t, dir)
	return filepath.Join(dir, ".clinicalrisk")
}

const killedFolder = "CLINICALRISK_TEST_KILLED"

// A killed run leaves no part of a history, and no history without the line of its execution, except the one it was writing.
func TestKilledRun(t *testing.T) {
	if dir := os.Getenv(killedFolder); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	for i := range 4 {
		dir := filepath.Join(t.TempDir(), "out")
		run := exec.Command(os.Args[0], "-test.run=^TestKilledRun$")
		run.Env = append(os.Environ(), killedFolder+"="+dir)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); !hasLine(dir) && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(5*i) * time.Millisecond)
		if err := run.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = run.Wait() // It was killed.
		histories, err := filepath.Glob(filepath.Join(dir, "histories", "*.json"))
		if err != nil || len(histories) == 0 {
			t.Fatalf("histories %v, %v", histories, err)
		}
		for _, name := range histories {
			if text := read(t, name); !json.Valid([]byte(text)) {
				t.Errorf("%s is incomplete: it has %d bytes", filepath.Base(name), len(text))
			}
		}
		if lines := strings.Count(read(t, dir, "executions.jsonl"), "\n"); len(histories) > lines+1 {
			t.Errorf("%d histories and %d executions", len(histories), lines)
		}
		openOutput(t, dir) // The lock ended with the run.
	}
}

func hasLine(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "executions.jsonl"))
	return err == nil && len(text) > 0
}

func writeUntilKilled(t *testing.T, dir string) {
	o := openOutput(t, dir)
	history := []byte(`{"events":["` + strings.Repeat("x", 16<<20) + `"]}`)
	for _, letter := range "abcdefghijklmnopqrstuvwxyz" {
		result := &Result{Outcome: &outcome.Outcome{Ending: outcome.Ending{Execution: string(letter)}}, Files: Files{History: history}}
		if err := o.Write(result); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Minute)
}
