package main

import (
	"fmt"
	"os"

	"clinical-risk-pipeline/asl/draw"
)

// drawCommand draws a definition.
type drawCommand struct {
	File   string `arg:"" help:"Definition in JSON; - is the standard input."`
	Output string `short:"o" placeholder:"FILE" help:"Where the SVG goes. Default: the standard output."`
}

// Run draws the definition, which need not be valid in every detail.
func (c *drawCommand) Run(std streams) error {
	definition, err := std.read(c.File)
	if err != nil {
		return err
	}
	svg, err := draw.SVG(definition, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.Output != "" {
		return os.WriteFile(c.Output, svg, 0o644)
	}
	_, err = std.out.Write(svg)
	return err
}
