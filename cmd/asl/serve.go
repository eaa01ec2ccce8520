package main

import (
	"context"
	"fmt"

	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/serve/call"
	"clinical-risk-pipeline/asl/serve/host"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// serveCommand serves the API of Step Functions.
type serveCommand struct {
	host.Flags
	Time    string            `enum:"real,virtual" default:"real" help:"How time passes in executions: ${enum}. Default: ${default}."`
	Data    string            `placeholder:"DIR" help:"Keep state machines and executions in this folder. Default: in memory only."`
	Keep    int               `default:"50000" placeholder:"N" help:"The number of ended executions that the server remembers. Default: ${default}."`
	Stubs   string            `placeholder:"FILE" help:"The results of tasks, in the format of AWS's MockConfigFile.json. Start an execution of stateMachineArn#TestCase."`
	Service map[string]string `placeholder:"NAME=URL" help:"The endpoint of a service that tasks call, such as lambda=http://127.0.0.1:3001."`
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, s program.Streams) error {
	config, err := c.config(ctx, s)
	if err != nil {
		return err
	}
	listener, err := c.Listen(ctx)
	if err != nil {
		return err
	}
	server, err := serve.New(config)
	if err != nil {
		_ = listener.Close() // The first error counts.
		return fmt.Errorf("--data: %w", err)
	}
	defer func() { _ = server.Close() }() // What was answered is stored.
	return c.Serve(ctx, s.Out, listener, server)
}

// config reads what the flags name.
func (c *serveCommand) config(ctx context.Context, s program.Streams) (serve.Config, error) {
	config := serve.Config{Time: serve.Time(c.Time), Data: c.Data, Keep: c.Keep, Log: func(line string) { fmt.Fprintln(s.Err, "asl: "+plain.Line(line)) }}
	if c.Keep < 1 {
		return config, fmt.Errorf("--keep must be at least 1, got %d", c.Keep)
	}
	if c.Stubs != "" {
		text, err := read(ctx, s, c.Stubs)
		if err != nil {
			return config, err
		}
		if config.Stubs, err = mock.Parse(text); err != nil {
			return config, fmt.Errorf("%s: %w", c.Stubs, err)
		}
	}
	endpoints, err := call.New(c.Service, region)
	if err != nil {
		return config, fmt.Errorf("--service: %w", err)
	}
	config.Endpoints, config.Region = endpoints, region
	return config, nil
}

// region is the region of every ARN.
const region = "us-east-1"
