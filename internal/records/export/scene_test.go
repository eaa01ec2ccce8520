package export_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/workflow/trial"
)

// first is the start of the first night: six nights are of February, the others of March.
var first = time.Date(2026, time.February, 23, 3, 0, 0, 0, time.UTC)

// scene is a trial with ten nights in a store.
type scene struct {
	*memory.Trial
	t       *testing.T
	options export.Options
}

func registered(t testing.TB) *trial.Trial {
	t.Helper()
	known, err := trial.Load("../../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return known
}

const nights = 10

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, Trial: memory.NewTrial(registered(t), first, 3)}
	for n := range nights {
		if err := s.Night(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Acknowledge(nights-1, 0); err != nil {
		t.Fatal(err)
	}
	s.options = export.Options{
		Store: s.Store, TrialID: s.ID, Dir: filepath.Join(t.TempDir(), "export"), Program: "test", Progress: silent{}, NoTrail: "no trail",
		Now: func() time.Time { return first.AddDate(0, 0, nights) },
	}
	return s
}

type silent struct{}

func (silent) Begin(string, int) {}
func (silent) Done(int)          {}

func (s *scene) export() *export.Result {
	s.t.Helper()
	result, err := export.Export(context.Background(), s.options)
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

// fails exports, and expects an error.
func (s *scene) fails(want string) {
	s.t.Helper()
	if _, err := export.Export(context.Background(), s.options); err == nil || !strings.Contains(err.Error(), want) {
		s.t.Errorf("got %v, want %s", err, want)
	}
}

func (s *scene) read(name string) string {
	s.t.Helper()
	body, err := os.ReadFile(filepath.Join(s.options.Dir, filepath.FromSlash(name)))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}

// tree returns all files of the export with their digests.
func (s *scene) tree() map[string]string {
	s.t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.options.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		name, relErr := filepath.Rel(s.options.Dir, path)
		files[filepath.ToSlash(name)] = records.Digest(body)
		return errors.Join(err, relErr)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}
