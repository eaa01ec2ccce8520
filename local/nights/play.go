package nights

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// Options say what to play.
type Options struct {
	Machine  *assembly.StateMachine // of the registered trial
	Dir      string                 // a new or empty folder
	Nights   int
	Subjects int
	Seed     uint64
	First    time.Time // the day of the first night

	// Progress hears of each night. Default: nobody.
	Progress func(night int)
}

// Played is what happened.
type Played struct {
	Trial    *trial.Trial
	Subjects int
	Nights   []Night
	Open     int // the alerts that are open at the end
}

// Night is a night, with the day after it.
type Night struct {
	Number   int
	Day      string
	High     int // subjects at high risk
	Scored   int
	Missed   int // subjects without a score
	Excluded int // subjects whom the extraction left out
	Outcome  string
	Asked    bool // whether people were asked for an approval
	Messages []alert.Message
	Acted    []string // what people did
}

// Play plays the nights, with a progress for people. The registry stays in the folder.
func Play(ctx context.Context, o Options) (played *Played, err error) {
	registered, err := trial.LoadCanonical(o.Machine.TrialFile)
	if err != nil {
		return nil, err
	}
	kept, err := registry.Open(filepath.Join(o.Dir, "registry"), registered)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	if known, err := kept.Messages(); err != nil || len(known) > 0 {
		return nil, errors.Join(err, fmt.Errorf("%s has nights already: remove it, or name another folder", o.Dir))
	}
	p := &play{Options: o, registry: kept, subjects: course(registered.Sites, o.Subjects, o.Nights, o.Seed), random: rand.New(rand.NewPCG(o.Seed, 1))}
	played = &Played{Trial: registered, Subjects: o.Subjects}
	for night := 1; night <= o.Nights; night++ {
		if o.Progress != nil {
			o.Progress(night)
		}
		n, err := p.night(ctx, night)
		if err != nil {
			return nil, fmt.Errorf("night %d: %w", night, err)
		}
		played.Nights = append(played.Nights, *n)
	}
	for stored, err := range kept.Store().Items(ctx) {
		if err != nil {
			return nil, err
		}
		if stored.IsOpen() {
			played.Open++
		}
	}
	return played, nil
}

type play struct {
	Options
	registry *registry.Folder
	subjects []*subject
	random   *rand.Rand
	told     int
}

// night runs the pipeline, then the watch, and lets people act.
func (p *play) night(ctx context.Context, number int) (*Night, error) {
	day := p.First.AddDate(0, 0, number-1)
	n := &Night{Number: number, Day: day.Format(time.DateOnly)}
	if err := p.run(ctx, n); err != nil {
		return nil, err
	}
	if _, err := p.registry.Watch(ctx, n.Day); err != nil {
		return nil, err
	}
	messages, err := p.registry.Messages()
	if err != nil {
		return nil, err
	}
	n.Messages, p.told = messages[p.told:], len(messages)
	return n, p.act(ctx, n, day)
}

// run executes the definition of the trial for the night's cohort.
func (p *play) run(ctx context.Context, n *Night) (err error) {
	lines, excluded, err := cohort(p.subjects, n.Number, p.Seed)
	if err != nil {
		return err
	}
	name := filepath.Join(p.Dir, "cohort.jsonl")
	if err := os.WriteFile(name, lines, 0o600); err != nil {
		return err
	}
	file, err := intake.OpenCohort(ctx, name, nil, intake.Table{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(name)) }()
	person, err := approver.Open("all")
	if err != nil {
		return err
	}
	pipeline, err := runner.New(p.Machine, runner.Setting{
		Model: model.Reference{}, Objects: p.registry.Objects(), Person: person, Cohort: file, Registry: p.registry,
		Excluded: func(w io.Writer) error { _, err := w.Write(excluded); return err },
	})
	if err != nil {
		return err
	}
	result, err := pipeline.RunCohort(ctx, file, runner.Trial{ID: p.registry.Trial().ID, CutDate: n.Day}, func(*runner.BatchResult) error { return nil })
	if err != nil {
		return err
	}
	n.High, n.Scored, n.Missed = result.Outcome.HighRisk, result.Outcome.Scored, result.Outcome.Subjects-result.Outcome.Scored
	n.Excluded = len(p.subjects) - result.Outcome.Subjects
	n.Outcome, n.Asked = string(result.Outcome.Status), len(result.Approvals) > 0
	if result.Outcome.Error != nil {
		n.Outcome = result.Outcome.ErrorName()
	}
	return nil
}

// The habits of the people: how likely they do something about an alert on a day.
const (
	acknowledges = 0.35
	acts         = 0.2
)

// act lets people acknowledge alerts and act on them, some sooner and some later.
func (p *play) act(ctx context.Context, n *Night, day time.Time) error {
	now := day.Add(10 * time.Hour)
	actor := p.registry.Actor(func() time.Time { return now })
	var roles []string
	for _, recipient := range p.registry.Trial().Recipients {
		roles = append(roles, recipient.Role)
	}
	person, err := actor.As("local:simulated", "somebody@example.org", roles...)
	if err != nil {
		return err
	}
	var statements []alerts.Statement
	for stored, err := range p.registry.Store().Items(ctx) {
		if err != nil {
			return err
		}
		if !stored.IsOpen() {
			continue
		}
		statement := alerts.Statement{Alert: stored.Alert.ID, Seen: stored.Sequence}
		switch waits := stored.Alert.Status.WaitsFor(); {
		case waits == trial.ForAcknowledgement && p.random.Float64() < acknowledges:
			statement.Operation = alerts.Operation(alert.Acknowledge)
		case waits == trial.ForAction && p.random.Float64() < acts:
			statement.Operation, statement.Code = alerts.Operation(alert.Take), "site-contacted"
		default:
			continue
		}
		statements = append(statements, statement)
	}
	for _, statement := range statements {
		digest, err := statement.SHA256()
		if err != nil {
			return err
		}
		if _, err := actor.Do(ctx, person, statement, digest); err != nil {
			return err
		}
		n.Acted = append(n.Acted, string(statement.Operation))
	}
	return nil
}
