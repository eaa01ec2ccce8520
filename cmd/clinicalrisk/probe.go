package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow"
)

// probe sends one row to the model server before the run, and warns if the pipeline cannot use what comes. A server that does not
// answer in time would hold up every subject, so that is an error.
func (c *runCommand) probe(ctx context.Context, s program.Streams, pipeline *runner.Pipeline, endpoint *model.Endpoint, file *intake.File) error {
	if endpoint == nil || file == nil || pipeline.ScoresNobody() {
		return nil
	}
	row, found := firstRow(file)
	if !found {
		return nil
	}
	var came *model.Exchange
	usable, err := pipeline.Probe(ctx, endpoint.Observed(func(x *model.Exchange) { came = x }), row)
	if err != nil || usable || came == nil || len(came.Refused()) > 0 { // a row that the model refuses is no other format
		return err
	}
	fault := fmt.Sprintf("one row was sent to %s: %s", came.URL, came.Explain())
	if came.TimedOut() {
		return errors.New(fault)
	}
	warn(s, fault)
	return nil
}

// firstRow returns the first input with features.
func firstRow(file *intake.File) (row intake.Input, found bool) {
	for input, err := range file.Inputs() {
		if err != nil {
			return row, false
		}
		for _, name := range []string{workflow.Features, workflow.TransformedFeatures} {
			if _, found := input.Value.Value(name).(*value.Object); found {
				return input, true
			}
		}
	}
	return row, false
}

// The limits of what --show-model-errors shows.
const (
	maxErrors    = 10
	maxErrorText = 500
)

// modelErrors shows the bodies of a model server's errors, each once. They may quote features: they go to the terminal only, and to no
// file.
type modelErrors struct {
	to       io.Writer
	progress *progress

	mutex sync.Mutex
	seen  map[string]bool
}

// show shows an exchange that is an error, and what the server says of each row that it refused.
func (m *modelErrors) show(x *model.Exchange) {
	for _, refused := range x.Refused() {
		m.print("the model server refused a row: " + refused[:min(len(refused), maxErrorText)])
	}
	if !x.IsError() {
		return
	}
	text := strings.TrimSpace(string(x.Body[:min(len(x.Body), maxErrorText)]))
	if len(x.Body) > maxErrorText {
		text += fmt.Sprintf(" … (%d bytes)", len(x.Body))
	}
	m.print(fmt.Sprintf("the model server answered %d: %s", x.Status, text))
}

// print prints a line once.
func (m *modelErrors) print(line string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.seen[line] || len(m.seen) > maxErrors {
		return
	}
	if m.seen[line] = true; len(m.seen) > maxErrors {
		line = "the model server has other errors, which are not shown"
	}
	m.progress.end()
	fmt.Fprintln(m.to, "clinicalrisk: "+plain.Line(line))
}
