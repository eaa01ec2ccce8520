package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// startPlan is what is to be started, checked.
type startPlan struct {
	name     string // of the only execution, or the beginning of the names
	count    int
	requests iter.Seq2[operate.Request, error]
	close    func() error
}

// plan checks what is to be started.
func (c *startCommand) plan(ctx context.Context, s program.Streams) (*startPlan, error) {
	if c.Trial != "" {
		return c.planCohort()
	}
	file, err := intake.Open(ctx, c.File, s.In)
	if ctx.Err() != nil {
		return nil, program.Interrupted("nothing was started")
	}
	if err != nil {
		return nil, err
	}
	test, err := checkInputs(file)
	p := &startPlan{name: c.named("subjects", test), count: file.Count, close: file.Close}
	if err := errors.Join(err, operate.CheckName(p.name, test)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if most := 80 - len("-000000"); p.count > 1 && len(p.name) > most {
		return nil, errors.Join(fmt.Errorf("--name must have at most %d characters where several executions start, got %d", most, len(p.name)), file.Close())
	}
	p.requests = func(yield func(operate.Request, error) bool) {
		for input, err := range file.Inputs() {
			r := operate.Request{Name: p.name, Input: asl.Encode(input.Value)}
			if p.count > 1 {
				r.Name = fmt.Sprintf("%s-%06d", p.name, input.Line)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
	return p, nil
}

// planCohort plans the execution of a cohort.
func (c *startCommand) planCohort() (*startPlan, error) {
	input := value.NewObject(2)
	input.Set(workflow.TrialID, c.Trial)
	if c.Cut != "" {
		input.Set(workflow.CutDate, c.Cut)
	}
	p := &startPlan{name: c.named("cohort", false), count: 1, close: func() error { return nil }}
	p.requests = func(yield func(operate.Request, error) bool) {
		yield(operate.Request{Name: p.name, Input: asl.Encode(input)}, nil)
	}
	return p, operate.CheckName(p.name, false)
}

// named is the name that the person gave, or one of the time with four random digits: others may start at the same second.
func (c *startCommand) named(kind string, test bool) string {
	if c.Name != "" {
		return c.Name
	}
	if test {
		kind = workflow.TestExecution + kind
	}
	chance := make([]byte, 2)
	_, _ = rand.Read(chance) // It never fails.
	return kind + operateClock.Now().UTC().Format("-20060102-150405-") + hex.EncodeToString(chance)
}

// checkInputs checks that all inputs are tests or none is.
func checkInputs(file *intake.File) (test bool, err error) {
	tests, inputs := 0, 0
	for input, err := range file.Inputs() {
		if err != nil {
			return false, err
		}
		inputs++
		if marked, _ := input.Value.Value(workflow.Test).(bool); marked {
			tests++
		}
	}
	if tests > 0 && tests < inputs {
		return false, fmt.Errorf("%s: %d of %d inputs have \"%s\": true: start tests and others apart", file.Name, tests, inputs, workflow.Test)
	}
	return tests > 0, nil
}

// wanted is the definition of the assembly.
type wanted struct {
	digest     string
	form       assembly.Form
	registered bool // whether it is that of a registered trial
}

// wanted reads the definition that the alias has to start; nil if any will do and there is no assembly.
func (c *startCommand) wanted() (*wanted, error) {
	a, err := assembly.Open(c.Assembly)
	if err != nil && c.AnyDefinition {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w, or start with --any-definition", err)
	}
	form := assembly.OneSubject
	if c.Trial != "" {
		if m, err := a.TrialStateMachine(c.Environment, c.Trial); err == nil {
			return &wanted{m.Digest, assembly.RegisteredTrial, true}, nil
		}
		form = assembly.WholeCohort
	}
	m, err := a.StateMachine(c.Environment, form)
	if err != nil && c.AnyDefinition {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &wanted{m.Digest, form, false}, nil
}

// fits checks that the alias starts the definition of the assembly, and one that takes such inputs.
func (c *startCommand) fits(d *operate.Deployed, w *wanted) error {
	if !c.AnyDefinition {
		if err := d.Check(w.digest); err != nil {
			return err
		}
	}
	switch form := d.Form(); {
	case form == "": // Only with --any-definition: the pipeline checks its input.
		return nil
	case c.Trial == "" && form != assembly.OneSubject:
		return fmt.Errorf("%s scores %s: start it with --trial ID", d.Name(), form)
	case c.Trial != "" && form == assembly.OneSubject:
		return fmt.Errorf("%s scores %s: start it with a file of inputs", d.Name(), form)
	case form == assembly.RegisteredTrial && !strings.Contains(string(d.Versions[0].Definition), c.Trial):
		return fmt.Errorf("%s is not the state machine of the trial %s", d.Name(), c.Trial)
	}
	return nil
}
