package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/strictjson"
)

// runCommand executes a definition.
type runCommand struct {
	File         string    `arg:"" help:"Definition in JSON; - is standard input."`
	Input        string    `placeholder:"FILE" help:"The execution's input in JSON; - is standard input. Default: an empty object."`
	Stubs        string    `placeholder:"FILE" help:"The results of tasks, in the format of AWS's MockConfigFile.json."`
	StateMachine string    `placeholder:"NAME" help:"The state machine in the stubs, if they contain several."`
	TestCase     string    `placeholder:"NAME" help:"The test case in the stubs, if they contain several."`
	Objects      string    `placeholder:"DIR" type:"existingdir" help:"A folder of buckets: a Distributed Map reads and writes the files DIR/BUCKET/KEY."`
	Type         string    `enum:"STANDARD,EXPRESS" default:"STANDARD" help:"The type of the workflow: ${enum}. Default: STANDARD."`
	Start        time.Time `placeholder:"TIME" help:"The start of the virtual clock. Default: 2026-01-01T00:00:00Z."`
	Seed         uint64    `help:"The seed of jitter and random functions. Default: 0."`
	JSON         bool      `name:"json" help:"Print the outcome as JSON, with the history and the bill."`
	Lenient      bool      `help:"Accept what AWS accepts, even if every execution that reaches it fails."`
}

// Run executes the definition and prints the outcome.
func (c *runCommand) Run(ctx context.Context, s program.Streams) error {
	machine, err := load(ctx, s, c.File, c.Type, c.Lenient)
	if err != nil {
		return err
	}
	input, err := c.input(ctx, s)
	if err != nil {
		return err
	}
	options := asl.Options{Type: asl.Type(c.Type), Start: c.Start, Seed: c.Seed}
	if options.Handler, err = c.handler(ctx, s); err != nil {
		return err
	}
	if c.Objects != "" {
		options.Objects = folder(c.Objects)
	}
	execution, err := machine.Run(ctx, input, options)
	if err != nil {
		return err
	}
	if err := c.print(s.Out, execution); err != nil {
		return err
	}
	if execution.Status != asl.Succeeded {
		return program.Failed(nil) // The output shows the error.
	}
	return nil
}

func (c *runCommand) input(ctx context.Context, s program.Streams) (any, error) {
	if c.Input == "" {
		return value.NewObject(0), nil
	}
	text, err := read(ctx, s, c.Input)
	if err != nil {
		return nil, err
	}
	if err := strictjson.Check(text); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Input, err)
	}
	input, err := asl.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Input, err)
	}
	return input, nil
}

// handler answers tasks from the stubs. Without stubs every task is an error.
func (c *runCommand) handler(ctx context.Context, s program.Streams) (asl.Handler, error) {
	if c.Stubs == "" {
		return asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
			return asl.Reply{}, fmt.Errorf("calls %s, but --stubs is not set", task.Resource)
		}), nil
	}
	text, err := read(ctx, s, c.Stubs)
	if err != nil {
		return nil, err
	}
	config, err := mock.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Stubs, err)
	}
	handler, err := config.Handler(c.StateMachine, c.TestCase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Stubs, err)
	}
	return handler, nil
}

// outcome is the output of --json.
type outcome struct {
	Status  asl.Status  `json:"status"`
	Output  any         `json:"output"`
	Error   string      `json:"error,omitempty"`
	Cause   string      `json:"cause,omitempty"`
	Start   time.Time   `json:"startDate"`
	Stop    time.Time   `json:"stopDate"`
	Path    []string    `json:"path"`
	Bill    asl.Bill    `json:"bill"`
	History []asl.Event `json:"history"`
}

func (c *runCommand) print(w io.Writer, x *asl.Execution) error {
	if c.JSON {
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(outcome{x.Status, x.Output, x.Error, x.Cause, x.Start, x.Stop, x.Path(), x.Bill, x.History}); err != nil {
			return err
		}
		_, err := io.WriteString(w, plain.JSON(text.String()))
		return err
	}
	for i := range x.History {
		e := &x.History[i]
		fmt.Fprintf(w, "%10.3fs  %-28s %s\n", e.Timestamp.Sub(x.Start).Seconds(), e.Type, plain.Line(e.StateName()))
	}
	fmt.Fprintf(w, "\n%s after %v\n", x.Status, x.Stop.Sub(x.Start))
	if x.Status == asl.Succeeded {
		fmt.Fprintln(w, plain.JSON(asl.Encode(x.Output)))
		return nil
	}
	fmt.Fprintf(w, "error: %s\ncause: %s\n", plain.Line(x.Error), plain.Line(x.Cause))
	return nil
}
