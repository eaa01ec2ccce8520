package main

import (
	"context"
	"fmt"
	"os"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/workflow/trial"
)

// open reads the inputs.
func (c *runCommand) open(ctx context.Context, s program.Streams, kept *registry.Folder) (*intake.File, error) {
	if c.Tables != "" {
		return nil, nil // Spark writes the cohort.
	}
	if c.Cohort != "" {
		file, err := intake.OpenCohort(ctx, c.Cohort, s.In, intake.Table{SubjectColumn: c.SubjectColumn, Blinded: kept != nil && kept.Trial().Blinding == trial.Blinded})
		if err == nil {
			for _, decided := range file.Notes {
				note(s, file.Name+": "+decided)
			}
		}
		return file, err
	}
	return intake.Open(ctx, c.File, s.In)
}

// labels reads the known outcomes, nil without any.
func (c *runCommand) labels(ctx context.Context, s program.Streams) (*labels.Labels, error) {
	if c.Labels == "" {
		return nil, nil
	}
	return labels.Open(ctx, c.Labels, s.In, intake.Table{SubjectColumn: ""})
}

// cardFault reports a model card that does not exist.
func (c *runCommand) cardFault() error {
	if info, err := os.Stat(c.Card); c.Card != "" && (err != nil || info.IsDir()) {
		return fmt.Errorf("--card %s: no such file: name the card.html of the model", c.Card)
	}
	return nil
}

// cohort returns what the extraction writes: the file of --cohort, or nil.
func (c *runCommand) cohort(file *intake.File) *intake.File {
	if c.Cohort == "" {
		return nil
	}
	return file
}
