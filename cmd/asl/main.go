// Command asl validates, runs, tests, serves, draws and replays state machines in the Amazon States Language, without AWS.
//
//	asl validate machine.asl.json
//	asl run machine.asl.json --input input.json --stubs MockConfigFile.json
//	asl test machine.test.yaml
//	asl draw machine.asl.json --output machine.svg
//	asl serve --time virtual
//	asl replay < requests.jsonl
//
// The exit code is 0 on success, 1 when an execution did not succeed or a case of a test failed, 2 when the command line or the input
// is wrong, and 130 after an interruption.
package main

import (
	"context"
	"io"
	"os"

	"clinical-risk-pipeline/internal/program"
)

// cli is the command line.
type cli struct {
	Validate validateCommand `cmd:"" help:"Check definitions and report every fault."`
	Run      runCommand      `cmd:"" help:"Execute a definition on an input, with stubs for its tasks."`
	Test     testCommand     `cmd:"" help:"Run tables of cases and print what differs."`
	Serve    serveCommand    `cmd:"" help:"Serve the API of Step Functions on this machine."`
	Draw     drawCommand     `cmd:"" help:"Draw a definition as SVG."`
	Evaluate evaluateCommand `cmd:"" help:"Evaluate JSONata: read one JSON request per line from standard input, write one JSON response per line to standard output."`
	Replay   replayCommand   `cmd:"" help:"Replay recorded executions: read one JSON request per line from standard input, write one JSON response per line to standard output."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return "Exit codes: 0, success; 1, an execution did not succeed or a case of a test failed; 2, the command line or the input is wrong; 130, interrupted."
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{Name: "asl", Description: "Amazon States Language on your own machine.", CLI: &cli{}}
}

// read reads a file, or standard input for "-".
func read(ctx context.Context, s program.Streams, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(s.Input(ctx))
	}
	return os.ReadFile(file)
}
