package synth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeNpx puts a shell script in the place of npx.
func fakeNpx(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "npx"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestOnlyTheGivenSettingsHaveAnEffect(t *testing.T) {
	fakeNpx(t, `for folder; do :; done; env >"$folder/env"`)
	t.Setenv("CLINICAL_RISK_DEV_ACCOUNT", "999999999999")
	t.Setenv("CLINICAL_RISK_DEV_REGION", "us-east-1")
	t.Setenv("CDK_VALIDATION", "true")
	folder := t.TempDir()
	if err := Into(t.Context(), folder, "CLINICAL_RISK_DEV_REGION=eu-central-1"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "env"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "CLINICAL_RISK_") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if len(got) != 1 || got[0] != "CLINICAL_RISK_DEV_REGION=eu-central-1" {
		t.Errorf("got %q, want only the given setting", got)
	}
	for _, want := range []string{"\nCDK_VALIDATION=false\n", "\nPATH="} {
		if !strings.Contains("\n"+string(text), want) {
			t.Errorf("the environment lacks %q", strings.TrimSpace(want))
		}
	}
}

func TestAnErrorContainsTheOutput(t *testing.T) {
	fakeNpx(t, `echo 'environment "dev": Account must be 12 digits' >&2; exit 1`)
	if err := Into(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), `environment "dev": Account must be 12 digits`) {
		t.Errorf("error %v", err)
	}
}
