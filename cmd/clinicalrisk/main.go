// Command clinicalrisk runs clinical risk pipelines on this machine, and operates deployed ones. For example,
//
//	clinicalrisk run examples/trial-sample.jsonl
//
// executes the synthesized pipeline for every line of the file, without AWS. See `clinicalrisk --help`.
//
// The exit code is 0 when every execution succeeded and decided, 1 when executions failed or left a subject undecided, 2 when the command line, the input or the
// assembly is wrong or the run could not continue, and 130 after an interruption.
package main

import (
	"io"
	"log"
	"os"
	"runtime/debug"

	"clinical-risk-pipeline/internal/program"
)

// cli is the command line.
type cli struct {
	Run       runCommand       `cmd:"" help:"Run a synthesized pipeline on this machine for every input in a file, with stand-ins for AWS."`
	Start     startCommand     `cmd:"" help:"Start executions of a deployed pipeline, for the subjects in a file or for the cohort of a trial."`
	Watch     watchCommand     `cmd:"" help:"Follow an execution until it ends: states, retries, items, approvals."`
	List      listCommand      `cmd:"" help:"List executions by status and time."`
	Redrive   redriveCommand   `cmd:"" help:"Say what failed and what a redrive will repeat, ask, redrive, and follow the execution."`
	Verify    verifyCommand    `cmd:"" help:"Verify an execution: outcome, Spark, data, records, model, alert, approval, definition, trail."`
	Report    reportCommand    `cmd:"" help:"Write the report of an execution, from its history and its decision records, without features."`
	Alerts    alertsCommand    `cmd:"" help:"List, show, acknowledge, act on and close the alerts of a registered trial."`
	Approvals approvalsCommand `cmd:"" help:"List, show, decide and verify the approval requests of a deployed pipeline."`
	Outcomes  outcomesCommand  `cmd:"" help:"Import what became of the subjects, and compare it with the scores and alerts."`
	Serve     serveCommand     `cmd:"" help:"Serve the API of Step Functions on this machine, with the state machines of an environment."`
	Records   recordsCommand   `cmd:"" help:"Export the records of a trial for an inspector, and verify an export."`
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300) // Executions leave much garbage and keep little: a sixth less work for half as much memory again.
	}
	log.SetOutput(io.Discard) // net/http logs bytes of servers there, and they may be health data.
	newProgram().Main()
}

func newProgram() program.Program {
	return program.Program{
		Name:        "clinicalrisk",
		Description: "Runs clinical risk pipelines on this machine, and operates deployed ones.",
		CLI:         &cli{},
	}
}
