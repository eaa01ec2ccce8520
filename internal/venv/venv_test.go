package venv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWithoutPythonInstallFails(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	if _, err := Install(context.Background(), "tool", []byte("tool==1.0\n")); !errors.Is(err, ErrNoPython) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyTheSameRequirementsUseAnEnvironmentAgain(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	t.Setenv("PATH", t.TempDir())             // without Python, so that an installation fails
	const folder = ".tools/tool-f9aeee793583" // with the digest of the requirements
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "requirements.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := Install(context.Background(), "tool", []byte("tool==1.0\n"))
	if err != nil || filepath.Dir(filepath.Dir(program("python"))) != filepath.Join(root, folder) {
		t.Errorf("got %v", err)
	}
	if _, err := Install(context.Background(), "tool", []byte("tool==1.1\n")); !errors.Is(err, ErrNoPython) {
		t.Errorf("other requirements: got %v", err)
	}
}
