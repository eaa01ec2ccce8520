package stages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fake is a folder with a command "aws" and the files that it answers from, $ANSWERS.
type fake string

func newFake(t *testing.T, aws string, files map[string]string) fake {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin", "aws"), []byte(aws), 0o700); err != nil {
		t.Fatal(err)
	}
	return fake(dir)
}

// run runs a script of the project.
func (a fake) run(t *testing.T, script string, arguments ...string) (output string, code int) {
	t.Helper()
	if _, err := os.Stat("../" + script); err != nil { // so that a change of the script reruns the test
		t.Fatal(err)
	}
	command := exec.Command(script, arguments...)
	command.Dir = ".."
	command.Env = append(os.Environ(), "PATH="+string(a)+"/bin:"+os.Getenv("PATH"), "ANSWERS="+string(a))
	text, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text)), command.ProcessState.ExitCode()
}

// has is the content of a file of the folder.
func (a fake) has(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(string(a), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
