// Command sample writes 200 synthetic subjects of one trial, or a cohort of 256 of another, as JSON Lines, to standard output:
//
//	go run ./examples/sample > examples/trial-sample.jsonl
//	go run ./examples/sample --cohort > examples/cohort-sample.jsonl
//
// Nobody in them exists. They are the same on every machine: the seeds are fixed, and only integer arithmetic and rounded numbers
// reach the output. Each line of the first is the input of one execution; package model documents the features. The second is
// what an extraction writes for one execution: see [writeCohort].
//
// The population follows published figures. Sites are of three kinds, whose dropout rates are those of the trial in Edland
// 2010 (PMC2922976): academic centers 23.0%, university-affiliated 28.5%, commercial 43.8%; one site fares as badly as a real
// trial in which 57% discontinued. The rate is the one at the subject's latest visit, so it moves a little. How many
// subjects have no college degree, a depression score of six or more, or no spouse is chosen to be plausible. Age and arm
// are carried along; the reference model does not look at them.
//
// Two groups are planted, spread over the file: subjects just below and just above the threshold of 0.75, and subjects
// whose features are broken in a way that real pipelines break them. The broken ones must end as failed executions.
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

// write writes the sample.
func write(w io.Writer) error {
	out := bufio.NewWriter(w)
	draw := newPopulation(301)
	planted := plant(draw)
	for number := 1; number <= subjects; number++ {
		features := draw.subject()
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
