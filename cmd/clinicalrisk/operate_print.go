package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
)

// concluded prints an outcome, and returns the error with its exit code.
func (c *operating) concluded(s program.Streams, o *operate.Outcome) error {
	if c.JSON {
		if err := printJSON(s.Out, o); err != nil {
			return err
		}
	} else {
		printOutcome(s.Out, o)
	}
	if !o.Succeeded() {
		return program.Failed(nil)
	}
	return nil
}

// printOutcome prints how an execution ended.
func printOutcome(w io.Writer, o *operate.Outcome) {
	tabulate(w, func(row func(cells ...any)) {
		row("Execution", o.ARN)
		row("Status", o.Status)
		row("Started", stamp(o.StartedAt))
		if o.StoppedAt != nil {
			row("Stopped", fmt.Sprintf("%s, after %s", stamp(*o.StoppedAt), o.StoppedAt.Sub(o.StartedAt)))
		}
		if o.RedriveCount > 0 {
			row("Redriven", plural(o.RedriveCount, "time"))
		}
		if !o.Succeeded() && !o.Running() {
			row("Failed in", o.LastState)
			row("Error", o.Error)
			row("Cause", o.Cause)
		}
		for _, state := range o.States {
			if state.Retries > 0 {
				row("Retries", fmt.Sprintf("%s: %s after %s", state.Name, pluralY(state.Retries), failuresOf(state)))
			}
		}
		for _, run := range o.MapRuns {
			row("Items", run.Words(now()))
		}
		if o.Approval != nil {
			row("Approval", fmt.Sprintf("waits; see clinicalrisk approvals show %s", approval.ID(o.ARN)))
		}
	})
}

// failuresOf names the errors of a state.
func failuresOf(state *operate.State) string {
	var texts []string
	for _, f := range state.Failures {
		text := f.Error
		if f.Cause != "" {
			text += " (" + f.Cause + ")"
		}
		if f.Count > 1 {
			text += fmt.Sprintf(", %d times", f.Count)
		}
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		return "an error"
	}
	return strings.Join(texts, "; ")
}

// leaving says how to follow an execution again, after an interruption or a refusal.
func leaving(err error, interrupted bool, again string) error {
	if interrupted {
		return program.Interrupted("the execution goes on: " + plain.Line(again) + " follows it again")
	}
	return errors.Join(err, errors.New("the execution goes on: "+plain.Line(again)+" follows it again"))
}

// printMany prints the outcome of many executions.
func printMany(w io.Writer, sum *many) {
	failed := causes{}
	for _, o := range sum.Outcomes {
		failed.add(o.Name, fmt.Sprintf("%s in %s: %s", strings.TrimSpace(o.Status+" "+o.Error), o.LastState, o.Cause))
	}
	failed.list().print(w, "Executions that failed", "clinicalrisk list --failed")
	fmt.Fprintf(w, "%s: %d succeeded, %d failed\n", plural(sum.Executions, "execution"), sum.Succeeded, sum.Failed)
}
