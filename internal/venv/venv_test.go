package venv

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestWithoutPythonInstallFails(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	if _, err := Install(context.Background(), "tool", []byte("tool==1.0\n")); !errors.Is(err, ErrNoPython) {
		t.Errorf("got %v", err)
	}
}

// A version can be published again with other files, or answered by another index: its hash cannot.
func TestAllPythonRequirementsArePinnedByHash(t *testing.T) {
	var files []string
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name != ".." && strings.HasPrefix(name, ".")):
			return filepath.SkipDir
		case strings.HasSuffix(name, "requirements.txt"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) < 4 {
		t.Fatalf("found %v, %v: want those of cfn-lint, the rehearsal, the models and Spark", files, err)
	}
	hashed := regexp.MustCompile(`^[\w.\[\]-]+==\S+( ; [^-]+)?( --hash=sha256:[0-9a-f]{64})+$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		joined := regexp.MustCompile(` \\\n\s+`).ReplaceAllString(string(text), " ")
		for line := range strings.Lines(joined) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !hashed.MatchString(line) {
				t.Errorf("%s: %.60q has no version or no hash", file, line)
			}
		}
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
