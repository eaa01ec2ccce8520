// Command clinicalrisk runs clinical risk pipelines on this machine, and decides the approvals of deployed ones.
//
//	clinicalrisk run examples/trial-sample.jsonl
//
// executes the synthesized pipeline for every line of the file, without AWS. See `clinicalrisk --help`.
//
// It exits with 0 when every execution succeeded, with 1 when executions failed, with 2 when the command line, the
// input or the assembly is wrong or the run could not go on, and with 130 when it was interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	exitFine        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// cli is the command line.
type cli struct {
	Run       runCommand       `cmd:"" help:"Run a synthesized pipeline for every input of a file, on this machine, with stand-ins for AWS."`
	Approvals approvalsCommand `cmd:"" help:"List, show and decide the requests for approval of a deployed pipeline."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// exit is what a command returns to end with an exit code of its own, after it said why.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // A second Ctrl-C ends the program at once.
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run executes the command line and returns the exit code.
func run(ctx context.Context, arguments []string, s streams) (code int) {
	parser, err := kong.New(&cli{},
		kong.Name("clinicalrisk"),
		kong.Description("Runs clinical risk pipelines on this machine, and decides the approvals of deployed ones."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { panic(exit(code)) }), // Kong ends the program only after --help.
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		panic(err) // The structs above are wrong: every test sees it.
	}
	defer func() {
		if reason := recover(); reason != nil {
			helped, ok := reason.(exit)
			if !ok {
				panic(reason)
			}
			code = int(helped)
		}
	}()
	command, err := parser.Parse(arguments)
	if err != nil {
		return explain(s, fmt.Errorf("%w: see `clinicalrisk --help`", err))
	}
	return explain(s, command.Run())
}

// explain says what went wrong, a fault a line, and returns the exit code for it.
func explain(s streams, err error) int {
	var code exit
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &code):
		return int(code)
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(s.err, "clinicalrisk:", strings.TrimRight(line, "\n"))
	}
	return exitUsage
}
