package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// Requirements: SRC-12
func TestUsageAndInput(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	good := write(t, "good.jsonl", input("S-1"))
	for _, c := range []struct {
		reason    string
		arguments []string
		want      []string
	}{
		{"no command", nil, []string{"run"}},
		{"no file", []string{"run"}, []string{"<file>", "clinicalrisk --help"}},
		{"an unknown flag", []string{"run", "--environments", "dev", good}, []string{"unknown flag --environments", "did you mean \"--environment\""}},
		{"no assembly", []string{"run", "--assembly", t.TempDir(), good}, []string{"no cloud assembly here", "make synth", "npx cdk synth"}},
		{"an unknown environment", []string{"run", "--assembly", testAssembly, "--environment", "qa", good}, []string{`no environment "qa"`, "dev", "prod", "make synth"}},
		{"a broken line", []string{"run", "--assembly", testAssembly, write(t, "in.jsonl", input("S-1")+"{\n")}, []string{"in.jsonl:2: not valid JSON"}},
		{"a subject twice", []string{"run", "--assembly", testAssembly, write(t, "in.jsonl", input("S-1")+input("S-1"))}, []string{`in.jsonl:2: subject "S-1" is already on line 1`}},
		{"an empty file", []string{"run", "--assembly", testAssembly, write(t, "in.jsonl", "")}, []string{"in.jsonl: the file is empty"}},
		{"a folder", []string{"run", "--assembly", testAssembly, t.TempDir()}, []string{"this is a folder"}},
		{"a port without a server", []string{"run", "--assembly", testAssembly, "--endpoint", nobody, good}, []string{nobody, "no server listens there", "start the model server"}},
		{"an endpoint that is not a URL", []string{"run", "--assembly", testAssembly, "--endpoint", "localhost:8080", good}, []string{"localhost:8080", "http://127.0.0.1:8080"}},
		{"an empty folder for results", []string{"run", "--assembly", testAssembly, "--out=", good}, []string{"the folder for results has an empty name", "--out"}},
		{"all faults at once", []string{"run", "--assembly", t.TempDir(), "--endpoint", "x", write(t, "in.jsonl", "{\n{}\n")},
			[]string{"no cloud assembly", `got "x"`, "in.jsonl:1: not valid JSON", "in.jsonl:2: subject is missing"}},
	} {
		t.Chdir(t.TempDir()) // with the default folder for results
		code, stdout, stderr := clinicalrisk(t, "", absolute(t, c.arguments)...)
		if code != program.ExitUsage || stdout != "" {
			t.Errorf("%s: exit code %d, output %q; want %d and no output", c.reason, code, stdout, program.ExitUsage)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: diagnostics\n%s\nwant %q", c.reason, stderr, want)
			}
		}
		if strings.Contains(stderr, "goroutine") || strings.Contains(stderr, "secret") {
			t.Errorf("%s: diagnostics contain a stack trace or a feature:\n%s", c.reason, stderr)
		}
		if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
			t.Errorf("%s: the command wrote files: %v, %v", c.reason, left, err)
		}
	}
}

// packageDir is the initial working directory of the tests.
var packageDir, _ = os.Getwd()

// absolute makes the paths of the test assembly independent of the working directory.
func absolute(t *testing.T, arguments []string) []string {
	t.Helper()
	out := append([]string{}, arguments...)
	for i, a := range out {
		if a == testAssembly {
			out[i] = filepath.Join(packageDir, a)
		}
	}
	return out
}

func TestForeignOutputFolder(t *testing.T) {
	file := write(t, "in.jsonl", input("S-1"))
	code, _, stderr := clinicalrisk(t, "", "run", "--assembly", testAssembly, "--out", filepath.Dir(file), file)
	if code != program.ExitUsage || !strings.Contains(stderr, "holds files that are not results of a run") || !strings.Contains(stderr, "--out") {
		t.Errorf("exit code %d, diagnostics %q", code, stderr)
	}
}

// A run needs nothing beside the program, the assembly and the cohort.
func TestRunAnywhere(t *testing.T) {
	cohort, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(cohort), "\n")
	file := write(t, "one.jsonl", first+"\n")
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	code, stdout, stderr := clinicalrisk(t, "", "run", "--assembly", filepath.Join(packageDir, testAssembly), file)
	if code != program.ExitOK {
		t.Errorf("exit code %d, %s %s", code, stdout, stderr)
	}
}
