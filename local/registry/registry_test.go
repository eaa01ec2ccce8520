package registry

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

func registered(t *testing.T) *trial.Trial {
	t.Helper()
	known, err := trial.Load("../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return known
}

func opened(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := Open(dir, registered(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestEntriesAreGuardedByTheirRevision(t *testing.T) {
	ctx, f := context.Background(), opened(t, t.TempDir())
	key := "ITEM#dropout-risk#S/..-1"
	if _, err := f.Get(ctx, key); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	for revision, want := range []error{nil, nil, alerts.ErrChanged} {
		entry := alerts.Entry{Key: key, Body: []byte(`{"n": 1}`), Revision: min(revision, 1)}
		if err := f.Put(ctx, entry); !errors.Is(err, want) {
			t.Errorf("put %d: got %v, want %v", revision, err, want)
		}
	}
	if got, err := f.Get(ctx, key); err != nil || got.Revision != 2 || got.Key != key {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := f.Put(ctx, alerts.Entry{Key: "HEAD#dropout-risk", Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for entry, err := range f.List(ctx, "ITEM#") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, entry.Key)
	}
	if len(keys) != 1 || keys[0] != key {
		t.Errorf("listed %q", keys)
	}
}

func TestAnEventIsCreatedOnce(t *testing.T) {
	ctx, f := context.Background(), opened(t, t.TempDir())
	events, key := f.events(), alert.Folder+"SYN-AD-402/line/000001.json"
	if _, err := events.Create(ctx, key, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if _, err := events.Create(ctx, key, []byte("second")); !errors.Is(err, alerts.ErrExists) {
		t.Errorf("got %v", err)
	}
	if body, _, err := events.Read(ctx, key); err != nil || string(body) != "first" {
		t.Errorf("read %q, %v", body, err)
	}
	if _, _, err := events.Read(ctx, alert.Folder+"SYN-AD-402/line/000002.json"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("a missing event: %v", err)
	}
}

func TestARegistryIsOfOneTrialAndOneProgram(t *testing.T) {
	dir := t.TempDir()
	f := opened(t, dir)
	if _, err := Open(dir, registered(t)); err == nil || !strings.Contains(err.Error(), "another program uses") {
		t.Errorf("opened twice: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other := *registered(t)
	other.ID = "OTHER"
	if _, err := Open(dir, &other); err == nil || !strings.Contains(err.Error(), "is the registry of the trial SYN-AD-402") {
		t.Errorf("another trial: %v", err)
	}
	mine := t.TempDir()
	if err := os.WriteFile(filepath.Join(mine, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(mine, registered(t)); err == nil || !strings.Contains(err.Error(), "is not a registry") {
		t.Errorf("a folder of somebody else: %v", err)
	}
	if again, err := Open(dir, nil); err != nil || again.Trial().Digest() != registered(t).Digest() {
		t.Errorf("reopened: %v", err)
	} else if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// A run that was killed is begun again under its number, and no other cut before it.
func TestAKilledRunIsBegunAgain(t *testing.T) {
	f := opened(t, t.TempDir())
	begin := func(cut string, want int) {
		t.Helper()
		if number, err := f.Begin(cut); number != want || err != nil {
			t.Fatalf("%s is run %d, %v, want %d", cut, number, err, want)
		}
	}
	end := func() {
		t.Helper()
		if err := f.End(); err != nil {
			t.Fatal(err)
		}
	}
	begin("2026-03-02", 1)
	end()
	begin("2026-03-03", 2)
	begin("2026-03-03", 2)
	if _, err := f.Begin("2026-03-04"); err == nil || !strings.Contains(err.Error(), "run it again first, with --cut-date 2026-03-03") {
		t.Errorf("another cut: %v", err)
	}
	end()
	begin("2026-03-04", 3)
}

func TestTheLastCut(t *testing.T) {
	ctx, f := context.Background(), opened(t, t.TempDir())
	if last, err := f.LastCut(); last != "" || err != nil {
		t.Errorf("of a new registry: %q, %v", last, err)
	}
	key, revision := alert.HeadKey(f.Trial().Endpoint.Name), 0
	for body, want := range map[string]string{`{"run": {"Execution": "arn:a", "Cut": "2026-03-02", "Day": "2026-03-02"}, "phase": "told", "source": {}}`: "2026-03-02"} {
		if err := f.Put(ctx, alerts.Entry{Key: key, Body: []byte(body), Revision: revision}); err != nil {
			t.Fatal(err)
		}
		if last, err := f.LastCut(); last != want || err != nil {
			t.Errorf("%q, %v, want %s", last, err, want)
		}
		revision++
	}
	if err := f.Put(ctx, alerts.Entry{Key: key, Body: []byte(`{"run": 1}`), Revision: revision}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.LastCut(); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged one: %v", err)
	}
}

func TestOnlyTheOwnerReadsARegistry(t *testing.T) {
	ctx, f := context.Background(), opened(t, filepath.Join(t.TempDir(), "registry"))
	if err := f.Put(ctx, alerts.Entry{Key: "HEAD#m", Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if err := f.Tell(ctx, alert.Message{ID: "ms-1"}); err != nil {
		t.Fatal(err)
	}
	if err := (worklists{f.worklists()}).Put(ctx, "sites/S01/worklist.html", "text/html", []byte("x")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(f.dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if messages, err := f.Messages(); err != nil || len(messages) != 1 || messages[0].ID != "ms-1" {
		t.Errorf("messages %v, %v", messages, err)
	}
}
