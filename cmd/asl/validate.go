package main

import (
	"context"
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// validateCommand checks definitions.
type validateCommand struct {
	Files   []string `arg:"" name:"file" help:"Definitions in JSON; - is standard input."`
	Type    string   `enum:"STANDARD,EXPRESS" default:"STANDARD" help:"The type of the workflow: ${enum}. Default: STANDARD."`
	Lenient bool     `help:"Accept what AWS accepts, even if every execution that reaches it fails."`
}

// Run checks every file before it returns.
func (c *validateCommand) Run(ctx context.Context, s program.Streams) error {
	var faulty []error
	for _, file := range c.Files {
		if _, err := load(ctx, s, file, c.Type, c.Lenient); err != nil {
			faulty = append(faulty, err)
			continue
		}
		fmt.Fprintf(s.Out, "%s: valid\n", plain.Line(file))
	}
	return errors.Join(faulty...)
}

// load reads and loads a definition for a workflow of the type. Each line of its error names the file.
func load(ctx context.Context, s program.Streams, file, workflow string, lenient bool) (*asl.Machine, error) {
	definition, err := read(ctx, s, file)
	if err != nil {
		return nil, err
	}
	options := []asl.LoadOption{asl.As(asl.Type(workflow))}
	if lenient {
		options = append(options, asl.Lenient())
	}
	machine, err := asl.Load(definition, options...)
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var faults []error
		for _, fault := range joined.Unwrap() {
			faults = append(faults, fmt.Errorf("%s: %w", file, fault))
		}
		return nil, errors.Join(faults...)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return machine, nil
}
