package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

func TestObjectsInAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "in", "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "in", "d", "items.jsonl"), []byte("1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	definition := func(key string) string {
		return `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"},
			"Parameters": {"Bucket": "in", "Key": "` + key + `"}}, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "p"}},
			"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}}}`
	}
	if status, out, errs := run(t, definition("d/items.jsonl"), "run", "-", "--objects", dir); status != program.ExitOK {
		t.Fatalf("exit %d, %s %s", status, out, errs)
	}
	written, err := filepath.Glob(filepath.Join(dir, "out", "p", "*", "*"))
	if err != nil || len(written) != 2 || filepath.Base(written[0]) != "SUCCEEDED_0.json" || filepath.Base(written[1]) != "manifest.json" {
		t.Errorf("%v %v: want the results and the manifest, and no partial file", written, err)
	}
}

// An execution that names another bucket, key or prefix reaches no file outside the folder of its bucket.
func TestObjectsOutsideTheFolder(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "objects")
	for _, name := range []string{"objects/in/ok.txt", "objects/other/secret.txt", "objects/secret.txt", "dist/secret.txt"} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte("1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(root, "dist"), filepath.Join(dir, "in", "link")); err != nil {
		t.Fatal(err)
	}
	f := folder(dir)
	for _, c := range []struct{ bucket, key string }{
		{"../dist", "secret.txt"}, {"..", "dist/secret.txt"}, {".", "in/ok.txt"}, {"", "in/ok.txt"}, {"in/..", "other/secret.txt"},
		{filepath.Join(root, "dist"), "secret.txt"}, {"in", "../other/secret.txt"}, {"in", "../../dist/secret.txt"}, {"in", "link/secret.txt"},
		{"in", "/ok.txt"}, {"in", "./ok.txt"}, {"in", "a/../ok.txt"}, {"in", ""}, {".hidden", "x"},
	} {
		if body, err := f.Open(t.Context(), c.bucket, c.key); err == nil {
			t.Errorf("Open(%q, %q) succeeds", c.bucket, c.key)
			body.Close()
		}
		if w, err := f.Create(t.Context(), c.bucket, c.key); err == nil {
			t.Errorf("Create(%q, %q) succeeds", c.bucket, c.key)
			w.Close()
		}
	}
	for _, bucket := range []string{"../dist", "..", ".", "", "in/..", "in/../../dist", filepath.Join(root, "dist")} {
		for object, err := range f.List(t.Context(), bucket, "") {
			if err == nil {
				t.Errorf("List(%q) has %s", bucket, object.Key)
			}
		}
	}
	var keys []string
	for object, err := range f.List(t.Context(), "in", "") {
		if err == nil {
			keys = append(keys, object.Key)
		}
	}
	if got := strings.Join(keys, " "); got != "ok.txt" && got != "link ok.txt" {
		t.Errorf("List(in) has %s", got)
	}
	if left, err := filepath.Glob(filepath.Join(root, "*", "*")); err != nil || len(left) != 4 {
		t.Errorf("files %v, %v", left, err)
	}
}
