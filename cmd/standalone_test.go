package cmd_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	// go test repeats the tests of this package when the programs change.
	_ "clinical-risk-pipeline/asl/cases"
	_ "clinical-risk-pipeline/local/runner"
)

// five is a definition of five states with JSONata.
const five = `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
	"A": {"Type": "Pass", "Output": "{% {'n': $sum([1..10]), 'at': $now()} %}", "Next": "B"},
	"B": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 10 %}", "Next": "C"}], "Default": "E"},
	"C": {"Type": "Pass", "Assign": {"m": "{% $states.input.n * 2 %}"}, "Next": "D"},
	"D": {"Type": "Pass", "Output": "{% $uppercase('x' & $string($m)) %}", "Next": "E"},
	"E": {"Type": "Succeed"}}}`

// standalone builds asl and clinicalrisk as scripts/dist.sh does, and returns their folder.
func standalone(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", folder, "./asl", "./clinicalrisk")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

// Both programs run in an empty folder with nothing in the environment. What clinicalrisk needs of a project, it names.
func TestProgramsStandAlone(t *testing.T) {
	folder := standalone(t)
	for _, c := range []struct {
		why, line, stdin, want string
		code                   int
		files                  map[string]string // in the folder; the values are files of the repository or text
	}{
		{why: "JSONata needs no Node", line: "asl run -", stdin: five, want: `"X110"`},
		{why: "a test needs only its files", line: "asl test order.test.yaml", want: "5 passed, 0 failed", files: map[string]string{
			"order.test.yaml": "../examples/asl/order.test.yaml", "order.asl.json": "../examples/asl/order.asl.json", "order.input.json": "../examples/asl/order.input.json"}},
		{why: "a drawing needs no Graphviz", line: "asl draw -", stdin: five, want: "<svg"},
		{why: "asl has a version", line: "asl --version", want: "asl "},
		{why: "clinicalrisk has a version", line: "clinicalrisk --version", want: "clinicalrisk "},
		{why: "no assembly", line: "clinicalrisk run subject.jsonl", code: 2, files: map[string]string{"subject.jsonl": string(subject(t))},
			want: "clinicalrisk: cdk.out: no cloud assembly here (manifest.json is missing): synthesize it with `make synth` or `npx cdk synth` in the project's folder, or name the folder of an assembly with --assembly\n"},
		{why: "an assembly is enough", line: "clinicalrisk run subject.jsonl", want: "report.html", files: map[string]string{
			"cdk.out": "../local/assembly/testdata/cdk.out", "subject.jsonl": string(subject(t))}},
	} {
		t.Run(c.why, func(t *testing.T) {
			dir := t.TempDir()
			for name, source := range c.files {
				place(t, filepath.Join(dir, name), source)
			}
			words := strings.Fields(c.line)
			command := exec.Command(executable(folder, words[0]), words[1:]...)
			command.Dir, command.Env, command.Stdin = dir, []string{"PATH="}, strings.NewReader(c.stdin)
			out, err := command.CombinedOutput()
			if code := command.ProcessState.ExitCode(); code != c.code || !bytes.Contains(out, []byte(c.want)) {
				t.Errorf("%s: exit %d, %v: %s\nwant exit %d and %q", c.line, code, err, out, c.code, c.want)
			}
		})
	}
	t.Run("static", func(t *testing.T) { static(t, folder) })
}

func executable(folder, program string) string {
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	return filepath.Join(folder, program)
}

// subject returns the first subject of the examples.
func subject(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../examples/trial-sample.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return first
}

// place copies a file or folder of the repository, or writes a text.
func place(t *testing.T, name, source string) {
	t.Helper()
	info, err := os.Stat(source)
	switch {
	case err != nil:
		err = os.WriteFile(name, []byte(source), 0o600)
	case info.IsDir():
		err = os.CopyFS(name, os.DirFS(source))
	default:
		var text []byte
		if text, err = os.ReadFile(source); err == nil {
			err = os.WriteFile(name, text, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// static checks that no binary asks for a loader of shared libraries.
func static(t *testing.T, folder string) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has static binaries")
	}
	for _, program := range []string{"asl", "clinicalrisk"} {
		file, err := elf.Open(executable(folder, program))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close() //nolint:errcheck // It was only read.
		if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
			t.Errorf("%s is dynamically linked", program)
		}
	}
}

// BenchmarkStart runs five states with JSONata, from the start of the program to its exit: 15 ms at most on a quiet machine. What
// initializes shows GODEBUG=inittrace=1.
func BenchmarkStart(b *testing.B) {
	folder := standalone(b)
	for b.Loop() {
		command := exec.Command(executable(folder, "asl"), "run", "-")
		command.Stdin = strings.NewReader(five)
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}
