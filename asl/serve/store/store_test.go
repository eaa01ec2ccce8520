package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"clinical-risk-pipeline/asl/serve/store"
)

func open(t *testing.T, folder string) *store.Store {
	t.Helper()
	s, err := store.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// all returns the stored values, as KEY=VALUE.
func all(t *testing.T, s *store.Store, kind store.Kind) string {
	t.Helper()
	var lines []string
	if err := s.Each(kind, func(key string, value []byte) error {
		lines = append(lines, key+"="+string(value))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, " ")
}

func TestValuesAreThereAfterARestart(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	s := open(t, folder)
	for _, key := range []string{"b", "a", "c"} {
		if err := s.Put(store.Machines, key, []byte("1")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(store.Machines, "a", []byte("2")); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(store.Machines, "b", "unknown"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := all(t, open(t, folder), store.Machines); got != "a=2 c=1" {
		t.Errorf("got %s", got)
	}
}

func TestCallsThatComeTogetherAreAllStored(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	var writers sync.WaitGroup
	for i := range 300 {
		writers.Go(func() {
			if err := s.Put(store.Executions, fmt.Sprintf("%03d", i), []byte("x")); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(store.Executions, "late", nil); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if got := strings.Count(all(t, open(t, folder), store.Executions), "=x"); got != 300 {
		t.Errorf("%d values", got)
	}
}

func TestWithoutAFolderNothingIsKept(t *testing.T) {
	var s *store.Store
	if err := errors.Join(s.Put(store.Machines, "a", nil), s.Delete(store.Machines, "a"), s.Close()); err != nil {
		t.Error(err)
	}
	if got := all(t, s, store.Machines); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestAFolderThatCannotBeOpened(t *testing.T) {
	for _, row := range []struct {
		reason  string
		prepare func(t *testing.T, folder string)
		want    string
	}{
		{"another program has it", func(t *testing.T, folder string) { open(t, folder) }, "is in use by another program"},
		{"it has another file", func(t *testing.T, folder string) { damage(t, folder, []byte("hello")) }, "is damaged, or not a database"},
		{"the file has no content that makes sense", func(t *testing.T, folder string) { damage(t, folder, bytes.Repeat([]byte{7}, 1<<16)) }, "is damaged, or not a database"},
		{"the file lost its middle", func(t *testing.T, folder string) {
			if err := open(t, folder).Close(); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(folder, "serve.db"))
			if err != nil {
				t.Fatal(err)
			}
			for i := 2 * os.Getpagesize(); i < len(text); i++ {
				text[i] = 0xff
			}
			damage(t, folder, text)
		}, "serve.db"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			folder := t.TempDir()
			row.prepare(t, folder)
			_, err := store.Open(folder)
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func damage(t *testing.T, folder string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "serve.db"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAValueThatCannotBeRead(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.Put(store.Activities, "a", []byte("{")); err != nil {
		t.Fatal(err)
	}
	err := s.Each(store.Activities, func(string, []byte) error { return errors.New("not JSON") })
	if err == nil || !strings.Contains(err.Error(), "is damaged: activities a: not JSON") {
		t.Errorf("got %v", err)
	}
}
