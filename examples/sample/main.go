// Command sample writes 200 synthetic subjects of a trial, or a cohort of 256 of another trial, to standard output, as JSON Lines:
//
//	go run ./examples/sample > examples/trial-sample.jsonl
//	go run ./examples/sample --cohort > examples/cohort-sample.jsonl
//
// The subjects do not exist. Every machine writes the same files: the seeds are fixed, and only integer arithmetic and rounded
// numbers reach the output. Each line of the first file is the input of one execution. Package model documents the features. The
// second file is what an extraction writes for one execution: see [writeCohort].
//
// The features are those of the data dictionary, docs/features.md. The population follows published figures. The sites have the dropout
// rates of the trial in Edland 2010 (PMC2922976): academic centers 23.0%, university-affiliated 28.5%, commercial 43.8%. One site has the
// rate of a real trial in which 57% discontinued. The rates vary a little, because each is the rate at the subject's landmark. The other
// distributions are plausible guesses.
//
// The program plants two groups, spread over the first file: eight subjects just below and just above the threshold of 0.75, and
// ten subjects with features that are broken as real pipelines break them. The executions of these ten must fail.
package main

//go:generate sh -c "go run . > ../trial-sample.jsonl"
//go:generate sh -c "go run . --cohort > ../cohort-sample.jsonl"

import (
	"bufio"
	"fmt"
	"io"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/workflow"
)

const (
	trial    = "SYN-MCI-301"
	subjects = 200
)

// cli is the command line.
type cli struct {
	Cohort bool `help:"Write the cohort instead of the inputs of single executions."`
}

func main() {
	program.Program{Name: "sample", Description: "Writes synthetic subjects as JSON Lines to standard output.", CLI: &cli{}}.Main()
}

// Run executes the command.
func (c *cli) Run(s program.Streams) error {
	if c.Cohort {
		return writeCohort(s.Out)
	}
	return write(s.Out)
}

// write writes the first file.
func write(w io.Writer) error {
	out := bufio.NewWriter(w)
	draw := newPopulation(301)
	planted := plant(draw)
	for number := 1; number <= subjects; number++ {
		features := draw.person().record()
		if p, ok := planted[number]; ok {
			features = p
		}
		line := record{
			{workflow.Subject, fmt.Sprintf("%s-%04d", trial, number)},
			{workflow.TrialID, trial},
			{workflow.TransformedFeatures, features},
		}
		if err := line.write(out); err != nil {
			return err
		}
	}
	return out.Flush()
}
