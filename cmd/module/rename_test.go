package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const to = "github.com/acme/clinical-risk-pipeline"

func TestRename(t *testing.T) {
	for _, row := range []struct{ why, file, before, after string }{
		{"the module", "go.mod", "module old\n\ngo 1.26.0\n", "module " + to + "\n\ngo 1.26.0\n"},
		{"a module in it requires it", "examples/consumer/go.mod",
			"module example.com/trial\n\nrequire (\n\told v0.0.0\n\tgithub.com/x/old v1.0.0\n)\n\nreplace old => ../..\n",
			"module example.com/trial\n\nrequire (\n\t" + to + " v0.0.0\n\tgithub.com/x/old v1.0.0\n)\n\nreplace " + to + " => ../..\n"},
		{"gofmt sorts the imports again", "a.go",
			"package a\n\nimport (\n\t\"github.com/aws/x\"\n\t\"old/asl\"\n)\n", "package a\n\nimport (\n\t\"" + to + "/asl\"\n\t\"github.com/aws/x\"\n)\n"},
		{"a package in a constant", "b.go", "package a\n\nconst decide = \"old/asl/decide\"\n", "package a\n\nconst decide = \"" + to + "/asl/decide\"\n"},
		{"the value of a tag is not a path", "c.go", "package a\n\nconst tag, warning = \"old\", \"old:topic\"\n", ""},
		{"a repository's name is not a path", "docs/deploy.md", "clone acme/old/asl, example/old, old/other", ""},
		{"a package in text", "docs/use.md", "import `old/asl`", "import `" + to + "/asl`"},
		{"a directive in text", "docs/consume.md", "require old v0.0.0\n\nreplace old => ../old\n", "require " + to + " v0.0.0\n\nreplace " + to + " => ../old\n"},
	} {
		t.Run(row.why, func(t *testing.T) {
			root := repository(t, map[string]string{"go.mod": "module old\n", "asl/asl.go": "package asl\n", row.file: row.before})
			from, changed, err := rename(t.Context(), root, to)
			if err != nil {
				t.Fatal(err)
			}
			wantChanged := 2 // with go.mod
			if row.after == "" {
				row.after = row.before
			}
			if row.after == row.before || row.file == "go.mod" {
				wantChanged = 1
			}
			if from != "old" || changed != wantChanged {
				t.Errorf("renamed %s in %d files, want %d", from, changed, wantChanged)
			}
			got, err := os.ReadFile(filepath.Join(root, row.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.after, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRenameBackRestoresEverything(t *testing.T) {
	root := repository(t, map[string]string{
		"go.mod": "module example.com/old\n", "asl/asl.go": "package asl\n",
		"a.go": "package a\n\nimport (\n\t\"example.com/old/asl\"\n\t\"github.com/aws/x\"\n)\n",
	})
	for _, path := range []string{to, "example.com/old"} {
		if _, _, err := rename(t.Context(), root, path); err != nil {
			t.Fatal(err)
		}
		runGit(t, root, "commit", "--quiet", "--all", "--message", path)
	}
	if got := runGit(t, root, "diff", "HEAD~2"); got != "" {
		t.Error(got)
	}
}

func TestRenameRefuses(t *testing.T) {
	for _, row := range []struct{ why, to, uncommitted, want string }{
		{"go get needs a host", "clinical-risk-pipeline", "", "missing dot in first path element: want a path such as github.com"},
		{"an empty path", "", "", "want a path such as"},
		{"an URL", "https://github.com/acme/x", "", "want a path such as"},
		{"the versions in every require would have to follow", "github.com/acme/x/v2", "", "must not end with a major version"},
		{"the path that it has", "example.com/old", "", "is already example.com/old"},
		{"changes that would be mixed with the rename", to, "new.go", "commit them first"},
	} {
		t.Run(row.why, func(t *testing.T) {
			root := repository(t, map[string]string{"go.mod": "module example.com/old\n"})
			if row.uncommitted != "" {
				write(t, root, row.uncommitted, "package a\n")
			}
			if _, _, err := rename(t.Context(), root, row.to); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %s", err, row.want)
			}
			if got := runGit(t, root, "diff"); got != "" {
				t.Errorf("it changed %s", got)
			}
		})
	}
}

// repository makes a git repository with a commit of these files.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		write(t, root, name, content)
	}
	runGit(t, root, "init", "--quiet")
	runGit(t, root, "config", "user.name", "Test")
	runGit(t, root, "config", "user.email", "test@example.com")
	runGit(t, root, "add", ".")
	runGit(t, root, "commit", "--quiet", "--message", "first")
	return root
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func runGit(t *testing.T, root string, arguments ...string) string {
	t.Helper()
	output, err := git(t.Context(), root, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return string(output)
}
