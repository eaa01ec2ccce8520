// Command clinicalrisk runs clinical risk pipelines on this machine, and decides the approvals of deployed ones.
//
//	clinicalrisk run examples/trial-sample.jsonl
//
// executes the synthesized pipeline for every line of the file, without AWS. See `clinicalrisk --help`.
//
// It exits with 0 when every execution succeeded, with 1 when executions failed, with 2 when the command line, the
// input or the assembly is wrong or the run could not go on, and with 130 when it was interrupted.
package main

import "clinical-risk-pipeline/internal/program"

// cli is the command line.
type cli struct {
	Run       runCommand       `cmd:"" help:"Run a synthesized pipeline for every input of a file, on this machine, with stand-ins for AWS."`
	Approvals approvalsCommand `cmd:"" help:"List, show and decide the requests for approval of a deployed pipeline."`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{
		Name:        "clinicalrisk",
		Description: "Runs clinical risk pipelines on this machine, and decides the approvals of deployed ones.",
		CLI:         &cli{},
	}
}
