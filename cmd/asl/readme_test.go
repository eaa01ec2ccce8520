package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/program"
)

// readme returns the blocks of code of asl/README.md in a language, "" for none.
func readme(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../asl/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, match := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		if match[1] == language {
			blocks = append(blocks, match[2])
		}
	}
	return blocks
}

var word = regexp.MustCompile(`'[^']*'|\S+`)

// Every command of the README succeeds, in a folder with the files that it names.
func TestCommandsOfTheREADME(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/asl")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"machine.asl.json": machine, "input.json": `{}`, "machine.test.yaml": "definition: machine.asl.json\nstubs: {A: {return: 1}}\ncases: [{name: a, expect: {output: 1}}]\n",
		"MockConfigFile.json": `{"StateMachines": {"M": {"TestCases": {"Fine": {"A": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": 1}}}}`,
		"requests.jsonl":      `{"id": 1, "expr": "1", "definition": ` + strings.ReplaceAll(machine, "\n", " ") + `, "input": {}}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	blocks := readme(t, "")
	t.Chdir(dir)
	commands := map[string]bool{}
	for _, block := range blocks {
		for line := range strings.Lines(block) {
			if command, ok := strings.CutPrefix(line, "asl "); ok {
				command, _, _ = strings.Cut(command, "#")
				args := word.FindAllString(command, -1)
				commands[args[0]] = true
				readmeCommand(t, args)
			}
		}
	}
	for _, name := range []string{"validate", "run", "test", "draw", "serve", "replay", "evaluate"} {
		if !commands[name] {
			t.Errorf("asl/README.md does not show asl %s", name)
		}
	}
}

// stopper stops a command at its first line.
type stopper struct {
	io.Writer
	stop func()
}

// Write writes the line.
func (s stopper) Write(line []byte) (int, error) {
	s.stop()
	return s.Writer.Write(line)
}

// readmeCommand runs one command. A watch has to be interrupted, a server stopped.
func readmeCommand(t *testing.T, args []string) {
	t.Helper()
	stdin, want := "", program.ExitOK
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for i := range args {
		args[i] = strings.Trim(args[i], "'")
		if args[i] == "--watch" {
			ctx, stop = context.WithTimeout(ctx, 100*time.Millisecond)
			defer stop()
			want = program.ExitInterrupted
		}
	}
	if n := len(args); n > 2 && args[n-2] == "<" {
		text, err := os.ReadFile(args[n-1])
		if err != nil {
			t.Fatal(err)
		}
		stdin, args = string(text), args[:n-2]
	}
	var out, errs strings.Builder
	var screen io.Writer = &out
	if args[0] == "serve" {
		args = append(args, "--address", "127.0.0.1:0")
		screen = stopper{&out, stop}
	}
	if status := newProgram().Run(ctx, args, program.Streams{In: strings.NewReader(stdin), Out: screen, Err: &errs}); status != want || out.Len() == 0 && args[0] != "draw" {
		t.Errorf("asl %s: exit %d, %s %s", strings.Join(args, " "), status, out.String(), errs.String())
	}
}

// The README quotes a part of the example word for word, and what the command prints of it when an expectation is wrong.
func TestTableOfTheREADME(t *testing.T) {
	source, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	blocks := readme(t, "yaml")
	if len(blocks) != 1 || !strings.Contains(string(source), blocks[0]) {
		t.Errorf("asl/README.md quotes what examples/asl/order.test.yaml does not have:\n%s", strings.Join(blocks, "\n"))
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/asl")); err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(source), "total: 41.5, payment", "total: 40, payment", 1)
	if err := os.WriteFile(filepath.Join(dir, "order.test.yaml"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	shown := readme(t, "")
	t.Chdir(dir)
	status, out, _ := run(t, "", "test", "order.test.yaml", "--run", "confirms")
	if status != program.ExitFailed {
		t.Errorf("exit %d", status)
	}
	for _, block := range shown {
		if strings.HasPrefix(block, "FAIL") {
			if !strings.HasPrefix(out, block) {
				t.Errorf("asl/README.md shows %q, got %q", block, out)
			}
			return
		}
	}
	t.Error("asl/README.md does not show what differs")
}
