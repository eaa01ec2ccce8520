package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// write writes a file and returns its name.
func write(t *testing.T, file, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFindIncludesStages(t *testing.T) {
	dir := t.TempDir()
	if _, err := find(dir); err == nil {
		t.Error("a folder without an assembly: no error")
	}
	write(t, filepath.Join(dir, "manifest.json"), "{}", 0o600)
	if _, err := find(dir); err == nil {
		t.Error("an assembly without stacks: no error")
	}
	write(t, filepath.Join(dir, "manifest.json"), `{"artifacts": {
		"Promotion": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Promotion.template.json"}},
		"assembly-Dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Dev"}}}}`, 0o600)
	write(t, filepath.Join(dir, "assembly-Dev", "manifest.json"), `{"artifacts": {
		"Dev": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Dev.template.json"}}}}`, 0o600)
	want := []string{
		write(t, filepath.Join(dir, "assembly-Dev", "Dev.template.json"), "{}", 0o600),
		write(t, filepath.Join(dir, "Promotion.template.json"), "{}", 0o600),
	}
	write(t, filepath.Join(dir, "Other.template.json"), "a leftover of an earlier synthesis", 0o600)
	if got, err := find(dir); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := find(filepath.Join(dir, "none")); err == nil {
		t.Error("a missing assembly: no error")
	}
}

func TestFindingsAreErrors(t *testing.T) {
	for reason, row := range map[string]struct{ code, want string }{
		"nothing":                      {"0", ""},
		"a warning, by its exit code":  {"4", "cfn-lint found something in 2 templates"},
		"an error, by its exit code":   {"2", "cfn-lint found something in 2 templates"},
		"information, by its own code": {"8", "cfn-lint found something in 2 templates"},
	} {
		t.Run(reason, func(t *testing.T) {
			tool := write(t, filepath.Join(t.TempDir(), "cfn-lint"), "#!/bin/sh\nexit "+row.code+"\n", 0o700)
			err := lint(t.Context(), program.Streams{Out: io.Discard, Err: io.Discard}, tool, []string{"a.template.json", "b.template.json"})
			if got := errorText(err); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if err := lint(t.Context(), program.Streams{Out: io.Discard, Err: io.Discard}, filepath.Join(t.TempDir(), "none"), nil); err == nil || strings.Contains(err.Error(), "found") {
		t.Errorf("a missing program: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestExitCodes(t *testing.T) {
	empty := t.TempDir()
	for _, row := range []struct {
		reason    string
		arguments []string
		code      int
		want      string
	}{
		{"help", []string{"--help"}, program.ExitOK, "--assembly"},
		{"an argument", []string{"cdk.out"}, program.ExitUsage, "unexpected argument cdk.out"},
		{"no assembly", []string{"--assembly", empty}, program.ExitUsage, "cfnlint: " + empty + ": no cloud assembly here"},
	} {
		var out bytes.Buffer
		code := newProgram().Run(t.Context(), row.arguments, program.Streams{Out: &out, Err: &out})
		if code != row.code || !strings.Contains(out.String(), row.want) {
			t.Errorf("%s: exit code %d, output %q, want %d and %q", row.reason, code, out.String(), row.code, row.want)
		}
	}
}

func TestWithoutPythonNothingIsChecked(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "manifest.json"), `{"artifacts": {"Risk": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Risk.template.json"}}}}`, 0o600)
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	var out bytes.Buffer
	code := newProgram().Run(t.Context(), []string{"--assembly", dir}, program.Streams{Out: &out, Err: &out})
	if code != program.ExitOK || !strings.Contains(out.String(), "checked nothing: Python 3.10") {
		t.Errorf("exit code %d, output %q", code, out.String())
	}
}
