package proof

import (
	"bytes"
	"context"
	"errors"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/workflow"
)

// Verifier verifies executions. It never writes.
type Verifier struct {
	AWS *operate.AWS
	Ports
	Digest  string // of the definition in the assembly; "" without an assembly
	Program string // its name and version, for the report
	Now     func() time.Time
}

// verification is the verification of one execution.
type verification struct {
	*Verifier
	*facts
	execution *operate.Execution
	track     *operate.Track
	report    *Report
	variants  map[string]bool // of the endpoint, as the decision records name them
}

// Verify verifies an execution. The error says why the execution itself cannot be read; whatever else cannot be read is not verifiable.
func (v *Verifier) Verify(ctx context.Context, execution string) (*Report, error) {
	e, err := v.AWS.Describe(ctx, execution, false)
	if err != nil {
		return nil, err
	}
	definition, err := v.AWS.Definition(ctx, execution)
	if err != nil {
		return nil, err
	}
	events, err := v.AWS.History(execution, true).Next(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := gather(definition, events)
	if err != nil {
		return nil, err
	}
	c := &verification{Verifier: v, facts: facts, execution: e, track: operate.NewTrack(operate.NewCauses(definition)), report: &Report{
		Execution: e.ARN, Name: e.Name, Status: e.Status, StartedAt: e.StartedAt, StoppedAt: e.StoppedAt, VerifiedAt: v.Now().UTC(), Program: v.Program,
	}}
	for i := range events {
		c.track.Add(&events[i])
	}
	for _, check := range []func(context.Context){
		c.outcome, c.history, c.definedBy(definition), c.spark, c.stepLog, c.processed, c.records, c.model, c.modelLog, c.alert, c.topic, c.approval, c.downstream, c.trail,
	} {
		check(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	c.report.conclude()
	return c.report, nil
}

// add adds a line to the report.
func (c *verification) add(check string, s *said) {
	c.report.Lines = append(c.report.Lines, s.line(check))
}

// window is the time of the execution, in whole minutes around it.
func (c *verification) window() (from, to time.Time) {
	to = c.Now().UTC()
	if c.execution.StoppedAt != nil {
		to = *c.execution.StoppedAt
	}
	return c.execution.StartedAt.Truncate(time.Minute), to.Add(time.Minute).Truncate(time.Minute)
}

// inWindow is how a line calls the window.
func (c *verification) inWindow() string {
	from, to := c.window()
	return "from " + from.Format(time.RFC3339) + " to " + to.Format(time.RFC3339)
}

func (c *verification) outcome(context.Context) {
	s := &said{}
	switch e := c.execution; {
	case e.Running():
		s.unknown("the execution is still %s: verify it again when it has ended", e.Status)
	case e.Status == "SUCCEEDED":
		s.found("SUCCEEDED after %s, redriven %d times", e.StoppedAt.Sub(e.StartedAt), e.RedriveCount)
	default:
		s.missing("%s in %s: %s; section 5 asks for a success", e.Status, c.track.Last, e.Error)
	}
	c.add("outcome", s)
}

func (c *verification) history(context.Context) {
	s := &said{}
	for i := range c.events {
		if c.events[i].ID != int64(i+1) {
			s.missing("event %d is where event %d has to be", c.events[i].ID, i+1)
			break
		}
	}
	switch {
	case len(c.events) == 0 || c.events[0].Type != "ExecutionStarted":
		s.missing("the history does not begin with the start")
	case !c.track.Ended && !c.execution.Running():
		s.missing("the history has no end")
	}
	failures := 0
	for _, state := range c.track.States {
		for _, f := range state.Failures {
			failures += f.Count
		}
	}
	if s.result == "" {
		s.found("%d events, complete; %d states; %d failed attempts of tasks", len(c.events), len(c.track.States), failures)
	}
	c.add("history", s)
}

// definedBy checks the definition that was executed.
func (c *verification) definedBy(definition []byte) func(context.Context) {
	return func(ctx context.Context) {
		s := &said{}
		c.compareDefinition(ctx, s, definition)
		c.add("definition", s)
	}
}

func (c *verification) compareDefinition(ctx context.Context, s *said, definition []byte) {
	if c.Digest == "" {
		s.unknown("there is no assembly to compare it with: name one with --assembly")
		return
	}
	if bytes.Contains(definition, []byte(c.Digest)) {
		s.found("the executed definition has the digest of the assembly, %s", c.Digest)
		return
	}
	m, err := operate.ParseMachine(c.execution.Machine)
	if err != nil {
		s.unknown("%v", err)
		return
	}
	tag, newest, err := c.AWS.Tagged(ctx, m)
	switch {
	case err != nil:
		s.unknown("the tag %s of the state machine: %v", workflow.DigestTag, err)
	case tag == "":
		s.missing("the state machine has no tag %s", workflow.DigestTag)
	case tag != c.Digest:
		s.missing("the state machine has the tag %s, and the assembly %s", tag, c.Digest)
	case !bytes.Equal(newest, definition):
		s.missing("the state machine has the digest of the assembly now, and the execution ran another definition")
	default:
		s.found("the state machine has the tag %s of the assembly, %s, and the definition that was executed", workflow.DigestTag, tag)
	}
}

// reached adds the line of a check whose state the execution did not reach, and says whether it did.
func (c *verification) reached(check, what string, states ...string) (state string, ok bool) {
	if state = c.visited(states...); state != "" {
		return state, true
	}
	s := &said{}
	defined := false
	for _, name := range states {
		defined = defined || c.state(name) != nil
	}
	if defined {
		s.missing("the execution did not reach %s", what)
	} else {
		s.found("none: the pipeline has no %s", what)
	}
	c.add(check, s)
	return "", false
}

// because is the reason of an error, in a line.
func because(err error) string {
	if errors.Is(err, ErrAbsent) {
		return ErrAbsent.Error()
	}
	return err.Error()
}

// exited reports whether the execution left a state.
func (c *verification) exited(state string) bool {
	for i := range c.events {
		if exited, ok := c.events[i].Details.(*asl.StateExited); ok && exited.Name == state {
			return true
		}
	}
	return false
}
