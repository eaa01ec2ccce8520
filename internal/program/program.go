// Package program starts the project's programs. Each describes its command line as a struct for kong; this package parses it,
// cancels a context on signals, prints errors, and returns the same exit codes everywhere.
//
// A command is a struct with a method Run, which takes any of a [context.Context], the [Streams] and the structs of the commands
// above it, and returns an error:
//
//	nil              exit code 0
//	[Failed]         exit code 1: the command did its work, and the outcome is bad
//	any other error  exit code 2: the command line or the input is wrong, or the command could not do its work
//	[Interrupted]    exit code 130, as after any error of a command that a signal interrupted
package program

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

	"clinical-risk-pipeline/internal/plain"
)

// The exit codes.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitInterrupted = 130
)

// Streams are what a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Input returns a reader of In that fails with the context's error when ctx is done. It abandons a pending read of In, because a read
// of a terminal cannot be cancelled.
func (s Streams) Input(ctx context.Context) io.Reader {
	reader, writer := io.Pipe()
	go func() {
		_, err := io.Copy(writer, s.In)
		_ = writer.CloseWithError(err) // It never fails.
	}()
	context.AfterFunc(ctx, func() { _ = writer.CloseWithError(ctx.Err()) })
	return reader
}

// Program is a program that has not started yet.
type Program struct {
	Name        string
	Description string // a sentence for --help
	CLI         any    // a pointer to the command line, a struct for kong
}

// Main runs the program with the arguments and streams of the process, and exits.
func (p Program) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // A second Ctrl-C ends the process at once.
	os.Exit(p.Run(ctx, os.Args[1:], Streams{os.Stdin, os.Stdout, os.Stderr}))
}

// Run runs the program once and returns the exit code.
func (p Program) Run(ctx context.Context, arguments []string, s Streams) int {
	var printed *int // the exit code of --help or --version
	parser, err := kong.New(p.CLI,
		kong.Name(p.Name),
		kong.Description(p.Description),
		kong.Embed(&struct {
			Version kong.VersionFlag `help:"Print the version and exit."`
		}{}),
		kong.Vars{"version": Version(p.Name)},
		kong.Writers(s.Out, s.Err),
		kong.Exit(func(code int) { printed = &code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		panic(err) // The CLI struct is wrong: every test of the program fails.
	}
	command, err := parser.Parse(arguments)
	switch {
	case printed != nil:
		return *printed // Parse continues after --help, and its error has no meaning.
	case err != nil:
		return p.conclude(ctx, s, fmt.Errorf("%w: see `%s --help`", err, p.Name))
	}
	return p.conclude(ctx, s, command.Run())
}

// conclude prints the error of a command and returns the exit code for it.
func (p Program) conclude(ctx context.Context, s Streams, err error) int {
	switch end, ok := errors.AsType[*end](err); {
	case err == nil:
		return ExitOK
	case ok:
		p.print(s, end.cause)
		return end.code
	case ctx.Err() != nil:
		p.print(s, errors.New("interrupted"))
		return ExitInterrupted
	}
	p.print(s, err)
	return ExitUsage
}

// print writes each line of an error with the program's name before it. Errors quote the text of others.
func (p Program) print(s Streams, err error) {
	if err == nil {
		return
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(s.Err, "%s: %s\n", p.Name, plain.Line(strings.TrimRight(line, "\n")))
	}
}

// end is an error with an exit code.
type end struct {
	code  int
	cause error // nil: there is nothing left to print
}

// Error implements error.
func (e *end) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.cause.Error()
}

// Unwrap returns the cause.
func (e *end) Unwrap() error { return e.cause }

// Failed returns an error that ends the program with [ExitFailed]. The cause is printed, unless it is nil: pass nil if the output of the
// command shows the cause.
func Failed(cause error) error { return &end{ExitFailed, cause} }

// Interrupted returns an error that ends the program with [ExitInterrupted] and prints how far the command came.
func Interrupted(progress string) error {
	return &end{ExitInterrupted, fmt.Errorf("interrupted: %s", progress)}
}
