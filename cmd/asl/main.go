// Command asl validates, runs, draws and replays state machines in the Amazon States Language, without AWS.
//
//	asl validate machine.asl.json
//	asl run machine.asl.json --input input.json --stubs MockConfigFile.json
//	asl draw machine.asl.json --output machine.svg
//	asl replay < requests.jsonl
//
// The exit status is 0 when all is well, 1 when an execution did not succeed, and 2 for bad usage or input.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Validate validateCommand `cmd:"" help:"Check definitions and report everything that is wrong with them."`
	Run      runCommand      `cmd:"" help:"Execute a definition on an input, with stubs for its tasks."`
	Draw     drawCommand     `cmd:"" help:"Draw a definition as SVG."`
	Replay   replayCommand   `cmd:"" help:"Answer requests to replay recorded executions: a JSON object a line, from standard input to standard output."`
}

// The exit statuses.
const (
	exitFine   = 0
	exitFailed = 1 // an execution did not succeed
	exitInput  = 2 // bad usage or input
)

// errFailed says that an execution did not succeed; it was reported already.
var errFailed = errors.New("the execution did not succeed")

// streams are the standard streams.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() { os.Exit(execute(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})) }

// execute runs the command line and gives the exit status.
func execute(args []string, std streams) (status int) {
	defer func() { // kong prints the help and asks to exit
		if asked, ok := recover().(exitRequest); ok {
			status = int(asked)
		}
	}()
	parser, err := kong.New(&cli{}, kong.Name("asl"), kong.Description("Amazon States Language on your own machine."),
		kong.UsageOnError(), kong.Writers(std.out, std.err), kong.Bind(std), kong.Exit(func(code int) { panic(exitRequest(code)) }))
	if err != nil {
		panic(err)
	}
	command, err := parser.Parse(args)
	if err == nil {
		err = command.Run()
	}
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFailed):
		return exitFailed
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(std.err, "asl:", strings.TrimSuffix(line, "\n"))
	}
	return exitInput
}

// exitRequest is the exit status that kong asks for.
type exitRequest int

// read reads a file; "-" is the standard input.
func (s streams) read(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(s.in)
	}
	return os.ReadFile(file)
}
