package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"testing"
)

// greeter is a program with two commands.
type greeter struct {
	Greet greet `cmd:"" help:"Greet somebody."`
	Fail  fail  `cmd:"" help:"Fail with the error of the test."`
}

type greet struct {
	Name string `arg:"" help:"Whom to greet."`
}

func (g *greet) Run(s Streams) error {
	_, err := fmt.Fprintln(s.Out, "Hello", g.Name)
	return err
}

type fail struct{}

func (fail) Run(ctx context.Context) error {
	err, _ := ctx.Value(errorKey{}).(error)
	return err
}

// errorKey is the context key of the error that the command fail returns.
type errorKey struct{}

func run(ctx context.Context, arguments ...string) (code int, stdout, stderr string) {
	var out, diagnostics bytes.Buffer
	code = Program{"greeter", "Greets.", &greeter{}}.Run(ctx, arguments, Streams{strings.NewReader(""), &out, &diagnostics})
	return code, out.String(), diagnostics.String()
}

func TestCommandLine(t *testing.T) {
	for _, row := range []struct {
		reason         string
		arguments      []string
		code           int
		stdout, stderr string
	}{
		{"a command runs", []string{"greet", "Jane"}, ExitOK, "Hello Jane\n", ""},
		{"no command", nil, ExitUsage, "", "greeter: expected one of \"greet\", \"fail\": see `greeter --help`\n"},
		{"an unknown flag", []string{"greet", "Jane", "--loud"}, ExitUsage, "", "greeter: unknown flag --loud: see `greeter --help`\n"},
	} {
		code, stdout, stderr := run(t.Context(), row.arguments...)
		if code != row.code || stdout != row.stdout || stderr != row.stderr {
			t.Errorf("%s: exit code %d, output %q, diagnostics %q", row.reason, code, stdout, stderr)
		}
	}
}

func TestHelpAndVersionRunNothing(t *testing.T) {
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"--help"}, "Greet somebody."},
		{[]string{"greet", "--help"}, "Whom to greet."}, // without the argument that it requires
		{[]string{"--version"}, "greeter (devel), go1."},
		{[]string{"greet", "Jane", "--version"}, "greeter (devel), go1."},
	} {
		code, stdout, stderr := run(t.Context(), row.arguments...)
		if code != ExitOK || stderr != "" || !strings.Contains(stdout, row.want) || strings.Contains(stdout, "Hello") {
			t.Errorf("%v: exit code %d, output %q, diagnostics %q, want %q", row.arguments, code, stdout, stderr, row.want)
		}
	}
}

func TestErrorsDecideTheExitCode(t *testing.T) {
	for _, row := range []struct {
		reason string
		err    error
		code   int
		stderr string
	}{
		{"success", nil, ExitOK, ""},
		{"a fault", errors.New("no file"), ExitUsage, "greeter: no file\n"},
		{"faults, a line each", errors.Join(errors.New("no file"), fmt.Errorf("no name%s", "\n")), ExitUsage, "greeter: no file\ngreeter: no name\n"},
		{"a bad outcome", Failed(errors.New("two findings")), ExitFailed, "greeter: two findings\n"},
		{"a bad outcome that the command showed", Failed(nil), ExitFailed, ""},
		{"a wrapped outcome", fmt.Errorf("greeting: %w", Failed(errors.New("two findings"))), ExitFailed, "greeter: two findings\n"},
		{"an interruption", Interrupted("1 of 2 greeted"), ExitInterrupted, "greeter: interrupted: 1 of 2 greeted\n"},
	} {
		code, stdout, stderr := run(context.WithValue(t.Context(), errorKey{}, row.err), "fail")
		if code != row.code || stdout != "" || stderr != row.stderr {
			t.Errorf("%s: exit code %d, output %q, diagnostics %q, want %d and %q", row.reason, code, stdout, stderr, row.code, row.stderr)
		}
	}
}

func TestAnErrorAfterASignalIsAnInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), errorKey{}, context.Canceled))
	cancel()
	if code, _, stderr := run(ctx, "fail"); code != ExitInterrupted || stderr != "greeter: interrupted\n" {
		t.Errorf("exit code %d, diagnostics %q", code, stderr)
	}
	ctx = context.WithValue(ctx, errorKey{}, Failed(errors.New("two findings")))
	if code, _, stderr := run(ctx, "fail"); code != ExitFailed || stderr != "greeter: two findings\n" {
		t.Errorf("an outcome in spite of the signal: exit code %d, diagnostics %q", code, stderr)
	}
}

func TestInputEndsWithTheContext(t *testing.T) {
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	input := Streams{In: in}.Input(ctx)
	cancel()
	if _, err := io.ReadAll(input); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if text, err := io.ReadAll(Streams{In: strings.NewReader("a line")}.Input(t.Context())); err != nil || string(text) != "a line" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestVersionNamesTheCommit(t *testing.T) {
	module := debug.Module{Version: "v1.2.3"}
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "2c2e369"}, {Key: "vcs.time", Value: "2026-03-01T12:00:00Z"}}
	for _, row := range []struct {
		reason string
		info   debug.BuildInfo
		want   string
	}{
		{"a release", debug.BuildInfo{GoVersion: "go1.26.8", Main: module, Settings: append(commit, debug.BuildSetting{Key: "vcs.modified", Value: "false"})},
			"greeter v1.2.3, commit 2c2e369 of 2026-03-01T12:00:00Z, go1.26.8"},
		{"uncommitted changes", debug.BuildInfo{GoVersion: "go1.26.8", Main: module, Settings: append(commit, debug.BuildSetting{Key: "vcs.modified", Value: "true"})},
			"greeter v1.2.3, commit 2c2e369 of 2026-03-01T12:00:00Z, modified, go1.26.8"},
		{"built outside a repository", debug.BuildInfo{GoVersion: "go1.26.8"}, "greeter (devel), go1.26.8"},
	} {
		if got := describe("greeter", &row.info); got != row.want {
			t.Errorf("%s: got %q, want %q", row.reason, got, row.want)
		}
	}
}

// Errors quote services, files and people.
func TestForeignTextInErrors(t *testing.T) {
	err := errors.New("trial T\x1b[1A\x1b[2K\u202e\r")
	_, _, stderr := run(context.WithValue(t.Context(), errorKey{}, err), "fail")
	if want := `greeter: trial T\x1b[1A\x1b[2K\u202e\x0d` + "\n"; stderr != want {
		t.Errorf("diagnostics %q, want %q", stderr, want)
	}
}
