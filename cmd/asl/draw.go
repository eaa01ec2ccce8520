package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"clinical-risk-pipeline/asl/draw"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/strictjson"
)

// drawCommand draws a definition.
type drawCommand struct {
	File   string `arg:"" help:"Definition in JSON; - is standard input."`
	Output string `short:"o" placeholder:"FILE" help:"The SVG file to write. Default: standard output."`
}

// Run draws the definition, even if it has faults that do not affect the drawing.
func (c *drawCommand) Run(ctx context.Context, s program.Streams) error {
	definition, err := read(ctx, s, c.File)
	if err != nil {
		return err
	}
	if err := strictjson.Check(definition); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	svg, err := draw.SVG(definition, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.Output != "" {
		return os.WriteFile(c.Output, svg, 0o644)
	}
	_, err = io.WriteString(s.Out, plain.Text(string(svg)))
	return err
}
