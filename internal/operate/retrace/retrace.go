// Package retrace makes the report of local runs of an execution on AWS: from its history and its decision records. The page has scores and
// pseudonymous ids, and no features. Nobody reads the batches' own histories for it, whose inputs are features.
package retrace

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow"
)

// Source is where an execution is retraced from.
type Source struct {
	AWS         *operate.AWS
	Records     func(bucket string) records.Store
	Environment string // for the page
}

// Retraced is an execution with what it decided.
type Retraced struct {
	Summary *outcome.Summary
	page    *report.Report
}

// ErrRunning means that the execution has not ended.
var ErrRunning = errors.New("the execution is still running: watch it, and report when it has ended")

// Write writes the page.
func (r *Retraced) Write(w io.Writer) error { return r.page.Write(r.Summary)(w) }

// retracing is an execution that is being retraced.
type retracing struct {
	*Source
	described *operate.Execution
	execution *asl.Execution
	machine   *assembly.StateMachine
	redact    func(string) string
	alerts    int
}

// Retrace retraces an execution.
func (s *Source) Retrace(ctx context.Context, arn string) (*Retraced, error) {
	r, err := s.read(ctx, arn)
	if err != nil {
		return nil, err
	}
	about := report.About{
		StateMachine: r.machine, Environment: s.Environment, Input: r.described.Name, Inputs: 1, Deployed: true, Model: r.model(), Histories: runner.Histories{Keep: runner.KeepNone},
	}
	result := &Retraced{Summary: outcome.NewSummary(s.Environment, r.machine.Name)}
	if threshold, known := r.machine.Threshold(); known {
		result.Summary.Threshold = &threshold
	}
	input, _ := r.execution.Input.(*value.Object)
	if r.machine.Form() == assembly.OneSubject {
		o := outcome.Of(intake.Input{Subject: input.Text(workflow.Subject), TrialID: input.Text(workflow.TrialID), Value: input}, r.execution, r.alerts, r.redact)
		result.page = report.New(about)
		result.page.Add(o)
		result.Summary.Add(o, r.alerts)
	} else {
		c, subjects, err := r.cohort(ctx, input.Text(workflow.TrialID))
		if err != nil {
			return nil, err
		}
		about.Inputs = len(subjects)
		result.page = report.New(about)
		result.page.AddCohort(c, subjects)
		result.Summary.AddCohort(c, r.alerts)
	}
	result.page.AddEffects(r.approvals(), nil)
	return result, nil
}

// read reads the execution with its history.
func (s *Source) read(ctx context.Context, arn string) (*retracing, error) {
	described, input, output, err := s.AWS.Data(ctx, arn)
	if err != nil {
		return nil, err
	}
	if described.Running() {
		return nil, ErrRunning
	}
	definition, err := s.AWS.Definition(ctx, arn)
	if err != nil {
		return nil, err
	}
	events, err := s.AWS.History(arn, true).Next(ctx)
	if err != nil {
		return nil, err
	}
	m, err := operate.ParseMachine(described.Machine)
	if err != nil {
		return nil, err
	}
	e := &asl.Execution{Name: described.Name, ARN: described.ARN, Status: asl.Status(described.Status), Error: described.Error, Start: described.StartedAt, History: events}
	if described.StoppedAt != nil {
		e.Stop = *described.StoppedAt
	}
	e.Cause = described.SafeCause(operate.NewCauses(definition), events)
	if e.Input, err = asl.Decode([]byte(input)); err != nil {
		return nil, err
	}
	if output != "" {
		if e.Output, err = asl.Decode([]byte(output)); err != nil {
			return nil, err
		}
	}
	r := &retracing{Source: s, described: described, execution: e, machine: &assembly.StateMachine{Name: m.Name(), ARN: m.ARN, Definition: definition}}
	r.redact = func(cause string) string { return cause } // SafeCause has done it.
	r.machine.Digest = digestIn(definition)
	r.alerts = r.published()
	return r, nil
}

// published is the number of messages to the team.
func (r *retracing) published() int {
	for i := range r.execution.History {
		if exited, ok := r.execution.History[i].Details.(*asl.StateExited); ok && exited.Name == workflow.NotifyTeam {
			return 1
		}
	}
	if alerts, ok := r.last(workflow.Alerts).(*value.Object); ok {
		messages, _ := alerts.Value("messages").(float64)
		return int(messages)
	}
	return 0
}

// last returns a member of the data as the last state had it.
func (r *retracing) last(name string) any {
	if output, _ := r.execution.Output.(*value.Object); output.Has(name) {
		return output.Value(name)
	}
	for _, event := range slices.Backward(r.execution.History) {
		if exited, ok := event.Details.(*asl.StateExited); ok {
			if output, _ := exited.Output.(*value.Object); output.Has(name) {
				return output.Value(name)
			}
		}
	}
	return nil
}

// approvals are what people decided, as the execution heard it.
func (r *retracing) approvals() []local.Approval {
	heard, _ := r.last(workflow.Approval).(*value.Object)
	requested := r.requested()
	if heard == nil || requested == nil {
		return nil
	}
	a := local.Approval{
		Execution: r.described.Name, ID: approval.ID(r.described.ARN), Decision: cmp.Or(heard.Text("decision"), local.NoDecision), Signer: heard.Text("signer"),
		Record: heard.Text("record"), RecordVersion: heard.Text("recordVersion"), SHA256: heard.Text("reviewed"), RequestedAt: requested.At, Deadline: requested.deadline,
	}
	return []local.Approval{a}
}

// request is a request for approval.
type request struct {
	At       time.Time
	deadline time.Time
}

// requested returns the last request, nil without one.
func (r *retracing) requested() *request {
	var found *request
	entered := map[int64]bool{}
	for i := range r.execution.History {
		e := &r.execution.History[i]
		switch details := e.Details.(type) {
		case *asl.StateEntered:
			entered[e.ID] = details.Name == workflow.RequestApproval
		case *asl.TaskScheduled:
			if entered[e.PreviousEventID] {
				found = &request{At: e.Timestamp}
				if details.TimeoutInSeconds > 0 {
					found.deadline = e.Timestamp.Add(time.Duration(details.TimeoutInSeconds) * time.Second)
				}
			}
		}
	}
	return found
}
