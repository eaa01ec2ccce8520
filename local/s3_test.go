package local

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func put(t *testing.T, s S3, parameters string) error {
	t.Helper()
	_, err := perform(t, s, "aws-sdk:s3:putObject", parameters)
	return err
}

func get(t *testing.T, s S3, parameters string) (map[string]any, error) {
	t.Helper()
	reply, err := perform(t, s, "aws-sdk:s3:getObject", parameters)
	output, _ := value.Plain(reply.Output).(map[string]any)
	return output, err
}

func TestObjects(t *testing.T) {
	s := S3{Dir: filepath.Join(t.TempDir(), "s3")}
	for _, c := range []struct{ reason, body, want string }{
		{"a string is stored unchanged", `"a,b\n"`, "a,b\n"},
		{"an object is stored as JSON", `{"score": 0.5}`, `{"score":0.5}`},
		{"an object is overwritten", `"second"`, "second"},
	} {
		if err := put(t, s, `{"Bucket": "b", "Key": "records/1.json", "Body": `+c.body+`}`); err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		got, err := get(t, s, `{"Bucket": "b", "Key": "records/1.json"}`)
		if err != nil || got["Body"] != c.want || got["ContentLength"] != float64(len(c.want)) {
			t.Errorf("%s: got %v, %v; want %q", c.reason, got, err, c.want)
		}
	}
	file := filepath.Join(s.Dir, "b", "records", "1.json")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the object's file: %v, %v; want a file that only its owner can read", info, err)
	}
}

func TestMissingObject(t *testing.T) {
	_, err := get(t, S3{Dir: t.TempDir()}, `{"Bucket": "b", "Key": "k"}`)
	wantError(t, err, "S3.NoSuchKeyException", "The specified key does not exist.")
}

func TestConditionalPut(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	once := `{"Bucket": "b", "Key": "k", "Body": "x", "IfNoneMatch": "*"}`
	if err := put(t, s, once); err != nil {
		t.Fatal(err)
	}
	wantError(t, put(t, s, once), "S3.S3Exception", "pre-conditions")
}

// Keys come from data. No key may name a file outside the folder.
func TestKeysStayInTheFolder(t *testing.T) {
	root := t.TempDir()
	s := S3{Dir: filepath.Join(root, "s3")}
	for i, key := range []string{"../../escaped", "..", "a/../../../escaped", `..\\escaped`, "%2e%2e/escaped"} {
		object := fmt.Sprintf(`{"Bucket": "b%d", "Key": "%s"`, i, key)
		if err := put(t, s, object+`, "Body": "x"}`); err != nil {
			t.Errorf("key %q: %v", key, err)
		}
		if got, err := get(t, s, object+"}"); err != nil || got["Body"] != "x" {
			t.Errorf("key %q reads %v, %v", key, got, err)
		}
	}
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) != 1 {
		t.Errorf("files outside the folder: %v, %v", entries, err)
	}
}

func TestKeysWithEmptyParts(t *testing.T) {
	for _, key := range []string{"a//b", "a/", "/a"} {
		if err := put(t, S3{Dir: t.TempDir()}, `{"Bucket": "b", "Key": "`+key+`", "Body": "x"}`); err == nil {
			t.Errorf("key %q: no error", key)
		}
	}
}

func TestARangeOfAnObject(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	if err := put(t, s, `{"Bucket": "b", "Key": "k", "Body": "0123456789"}`); err != nil {
		t.Fatal(err)
	}
	for bytes, want := range map[string]string{"bytes=0-3": "0123", "bytes=8-99": "89", "bytes=9-9": "9"} {
		got, err := get(t, s, `{"Bucket": "b", "Key": "k", "Range": "`+bytes+`"}`)
		if err != nil || got["Body"] != want || got["ContentLength"] != float64(len(want)) {
			t.Errorf("%s: got %v, %v; want %q", bytes, got, err, want)
		}
	}
	_, err := get(t, s, `{"Bucket": "b", "Key": "k", "Range": "bytes=10-12"}`)
	wantError(t, err, "S3.S3Exception", "not satisfiable")
	for _, wrong := range []string{"bytes=-5", "0-5", "bytes=5-1", "bytes=0-5,7-8"} {
		if _, err := get(t, s, `{"Bucket": "b", "Key": "k", "Range": "`+wrong+`"}`); err == nil {
			t.Errorf("%s: no error", wrong)
		}
	}
}

// A record that was overwritten is still there, under its version.
func TestAVersionOfAnObject(t *testing.T) {
	s := S3{Dir: t.TempDir()}
	var versions []string
	for _, body := range []string{"first", "second"} {
		if err := put(t, s, `{"Bucket": "b", "Key": "k", "Body": "`+body+`"}`); err != nil {
			t.Fatal(err)
		}
		got, err := get(t, s, `{"Bucket": "b", "Key": "k"}`)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, got["VersionId"].(string))
	}
	for i, want := range []string{"first", "second"} {
		if got, err := get(t, s, `{"Bucket": "b", "Key": "k", "VersionId": "`+versions[i]+`"}`); err != nil || got["Body"] != want {
			t.Errorf("version %d is %v, %v; want %q", i+1, got["Body"], err, want)
		}
	}
	_, err := get(t, s, `{"Bucket": "b", "Key": "k", "VersionId": "0123456789abcdef0123456789abcdef"}`)
	wantError(t, err, "S3.NoSuchVersionException", "does not exist")
}
