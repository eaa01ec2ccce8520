package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/local"
)

func TestARegistryHasTwoFolders(t *testing.T) {
	dir := t.TempDir()
	objects := filepath.Join(dir, "s3")
	s3 := local.S3{Dir: objects}
	for _, key := range []string{"decisions/T-1/b/batch.json", "decisions/T-1/a/batch.json", "decisions/T-1/a.json", "decisions/T-2/a/batch.json", "approvals/T-1/a.json"} {
		if _, err := s3.Put("records", key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (local.S3{Dir: dir}).Put("events", "exclusions/T-1/a.json", []byte("excluded")); err != nil {
		t.Fatal(err)
	}
	store, err := Open(objects, filepath.Join(dir, "events"), "T-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, prefix := range records.Prefixes("T-1") {
		for o, err := range store.List(t.Context(), prefix, "decisions/T-1/a.json") {
			if err != nil {
				t.Fatal(err)
			}
			object, err := store.Read(t.Context(), o.Key, o.Versions[0].ID)
			if err != nil || o.Versions[0].Bytes != int64(len(object.Body)) || o.Versions[0].Modified.IsZero() || len(o.Versions[0].ID) != 32 {
				t.Errorf("%+v: %s, %v", o, object.Body, err)
			}
			got = append(got, o.Key)
		}
	}
	if all := strings.Join(got, " "); all != "decisions/T-1/a/batch.json decisions/T-1/b/batch.json exclusions/T-1/a.json" {
		t.Errorf("got %s", all)
	}
	if _, err := store.Rule(t.Context()); !errors.Is(err, records.ErrNoLocks) {
		t.Errorf("the rule: %v", err)
	}
	if _, err := store.Read(t.Context(), "decisions/T-1/none.json", ""); err == nil {
		t.Error("a missing object was read")
	}
}

func TestAFolderWithoutRecordsIsRefused(t *testing.T) {
	dir := t.TempDir()
	s3 := local.S3{Dir: filepath.Join(dir, "s3")}
	if _, err := Open(s3.Dir, "", "T-1"); err == nil || !strings.Contains(err.Error(), "name the folder of a run") {
		t.Errorf("got %v", err)
	}
	if err := os.MkdirAll(s3.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s3.Dir, "", "T-1"); err == nil || !strings.Contains(err.Error(), "has no records of the trial T-1") {
		t.Errorf("got %v", err)
	}
	for _, bucket := range []string{"one", "two"} {
		if _, err := s3.Put(bucket, "decisions/T-1/a/batch.json", nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(s3.Dir, "", "T-1"); err == nil || !strings.Contains(err.Error(), "in several buckets, one, two") {
		t.Errorf("got %v", err)
	}
}
