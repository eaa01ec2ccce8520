package local

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func TestVersions(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	version := func(body string) string {
		reply, err := perform(t, s, "aws-sdk:s3:putObject", `{"Bucket": "b", "Key": "d/k", "Body": "`+body+`"}`)
		if err != nil {
			t.Fatal(err)
		}
		return value.Plain(reply.Output).(map[string]any)["VersionId"].(string)
	}
	first, again, second := version("one"), version("one"), version("two")
	if first != again || first == second {
		t.Errorf("versions %s, %s, %s: want equal versions for equal bytes only", first, again, second)
	}
	for id, want := range map[string]string{first: "one", second: "two"} {
		got, err := get(t, s, `{"Bucket": "b", "Key": "d/k", "VersionId": "`+id+`"}`)
		if err != nil || got["Body"] != want || got["VersionId"] != id {
			t.Errorf("version %s: got %v, %v; want %q", id, got, err, want)
		}
	}
	_, err := get(t, s, `{"Bucket": "b", "Key": "d/k", "VersionId": "0000"}`)
	wantError(t, err, "S3.NoSuchVersionException", "")
	if keys := keysOf(t, s, "d/"); len(keys) != 1 {
		t.Errorf("List returns former versions: %v", keys)
	}
}

func TestHeadObject(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	if err := put(t, s, `{"Bucket": "b", "Key": "k", "Body": "four"}`); err != nil {
		t.Fatal(err)
	}
	reply, err := perform(t, s, "aws-sdk:s3:headObject", `{"Bucket": "b", "Key": "k"}`)
	output, _ := value.Plain(reply.Output).(map[string]any)
	if err != nil || output["ContentLength"] != 4.0 || output["VersionId"] == nil || output["Body"] != nil {
		t.Errorf("got %v, %v", output, err)
	}
	_, err = perform(t, s, "aws-sdk:s3:headObject", `{"Bucket": "b", "Key": "other"}`)
	wantError(t, err, "S3.NoSuchKeyException", "")
}

// Every way to write an object keeps the version that it replaces.
func TestFormerVersionsAreKept(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	first, err := s.PutNew("b", "d/k", []byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Put("b", "d/k", []byte("two"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Create(t.Context(), "b", "d/k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "three"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{first: "one", second: "two", "": "three"} {
		if body, got, err := s.Get("b", "d/k", id); err != nil || string(body) != want || id != "" && got != id {
			t.Errorf("version %q: %s, %s, %v; want %q", id, body, got, err, want)
		}
	}
	if _, err := s.PutNew("b", "d/k", nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a new object over an old one: %v, want %v", err, fs.ErrExist)
	}
	if keys, err := s.Keys("b", ""); err != nil || len(keys) != 1 {
		t.Errorf("keys %v, %v; want one", keys, err)
	}
}

// No bucket's name leads to the objects of another bucket, to former versions, or out of the folder.
func TestNamesOfBuckets(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	if _, err := s.Put("a", "b/k", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put("a", "b/k", []byte("two")); err != nil {
		t.Fatal(err)
	}
	for _, bucket := range []string{"a/b", ".versions", ".versions/a", "", ".", "..", "../x", "A", "a\\b", "a_b", strings.Repeat("a", 64)} {
		if keys, err := s.Keys(bucket, ""); err == nil {
			t.Errorf("Keys(%q) = %v", bucket, keys)
		}
		if _, _, err := s.Get(bucket, "k", ""); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Get of bucket %q: %v, want it refused", bucket, err)
		}
		if _, err := s.Put(bucket, "k", nil); err == nil || !strings.Contains(err.Error(), "parameter Bucket") {
			t.Errorf("Put into bucket %q: %v, want it refused", bucket, err)
		}
	}
}

func keysOf(t *testing.T, s S3, prefix string) (keys []string) {
	t.Helper()
	for object, err := range s.List(t.Context(), "b", prefix) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, object.Key)
	}
	return keys
}

func TestObjectsOfMaps(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	w, err := s.Create(t.Context(), "b", "out/a b.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "[]"); err != nil {
		t.Fatal(err)
	}
	if keys := keysOf(t, s, ""); len(keys) != 0 {
		t.Errorf("an unfinished object appears: %v", keys)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if keys := keysOf(t, s, "out/"); len(keys) != 1 || keys[0] != "out/a b.json" {
		t.Errorf("keys %v", keys)
	}
	if keys := keysOf(t, s, "other/"); len(keys) != 0 {
		t.Errorf("keys of another prefix: %v", keys)
	}
	r, err := s.Open(t.Context(), "b", "out/a b.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || string(text) != "[]" {
		t.Errorf("read %q, %v", text, err)
	}
	if _, err := s.Open(t.Context(), "b", "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing object: %v, want %v", err, os.ErrNotExist)
	}
}
