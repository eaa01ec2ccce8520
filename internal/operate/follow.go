package operate

import (
	"context"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl"
)

// Every is how often a follower looks.
const Every = 5 * time.Second

// Follower follows executions until they end.
type Follower struct {
	AWS *AWS

	// Tell gets each change of an execution. Default: nobody is told.
	Tell func(Change)
	// Status gets the words of what the execution waits for or how far it came, at each look. Default: nobody is told.
	Status func(string)
	// Approvers says who may approve, in words. Default: nobody knows.
	Approvers func(context.Context) string
	// Every is the time between two looks. Default: [Every].
	Every time.Duration
	// Redrives is how often the execution was redriven, as far as the caller knows: an older answer of the service is no end.
	Redrives int

	blind bool // whether the history cannot be read
}

func (f *Follower) complete() {
	if f.Tell == nil {
		f.Tell = func(Change) {}
	}
	if f.Status == nil {
		f.Status = func(string) {}
	}
	if f.Every == 0 {
		f.Every = Every
	}
}

// Follow follows an execution until it ends, and returns the outcome. It keeps nothing: whoever follows again, after Ctrl-C or on another
// machine, sees the same. The error of a cancelled context comes as it is.
func (f *Follower) Follow(ctx context.Context, execution string) (*Outcome, error) {
	f.complete()
	if _, err := f.AWS.Describe(ctx, execution, false); err != nil { // An execution that nobody can describe is not waited for.
		return nil, err
	}
	causes, err := f.AWS.causes(ctx, execution)
	if err != nil {
		return nil, err
	}
	history, track, approvers, asked := f.AWS.History(execution, false), NewTrack(causes), "", false
	for first := true; ; first = false {
		e, err := f.AWS.Describe(ctx, execution, true) // before the history, which then has the end of an execution that ended
		if err != nil {
			return nil, err
		}
		events, err := f.read(ctx, history)
		if err != nil {
			return nil, err
		}
		last := Change{}
		for i := range events {
			if change := track.Add(&events[i]); change != nil && first {
				last = *change // What happened before somebody looked is in the outcome.
			} else if change != nil {
				f.Tell(*change)
			}
		}
		if last.What != "" {
			f.Tell(last)
		}
		runs, err := f.AWS.mapRuns(ctx, track.MapRuns)
		if err != nil {
			return nil, err
		}
		if !e.Running() && (track.Ended || f.blind) && e.RedriveCount >= f.Redrives {
			return outcomeOf(e, track, runs), nil
		}
		if track.Pending != nil && !asked && f.Approvers != nil {
			approvers, asked = f.Approvers(ctx), true
		}
		f.Status(f.words(track, runs, approvers))
		if err := f.AWS.clock.Sleep(ctx, f.Every); err != nil {
			return nil, err
		}
	}
}

// read reads the next events. Whoever may not read the history follows the status.
func (f *Follower) read(ctx context.Context, history *History) ([]asl.Event, error) {
	if f.blind {
		return nil, nil
	}
	events, err := history.Next(ctx)
	if Is(err, "KmsAccessDeniedException", "AccessDeniedException") {
		f.blind = true
		f.AWS.Say("you may not read the history, so only the status is followed: " + err.Error())
		return nil, nil
	}
	return events, err
}

// words describes what an execution does now.
func (f *Follower) words(t *Track, runs []MapRun, approvers string) string {
	switch {
	case t.Pending != nil:
		text := "waits for an approval"
		if approvers != "" {
			text += " by " + approvers
		}
		if t.Pending.Deadline != nil {
			left := t.Pending.Deadline.Sub(f.AWS.clock.Now()).Round(time.Minute)
			text += fmt.Sprintf(" until %s, %s left", t.Pending.Deadline.UTC().Format(time.RFC3339), max(left, 0))
		}
		return text
	case len(runs) > 0 && runs[len(runs)-1].StoppedAt == nil:
		return fmt.Sprintf("%s: %s", t.Last, runs[len(runs)-1].Words(f.AWS.clock.Now()))
	case f.blind:
		return "runs"
	case t.Last == "":
		return "starts"
	}
	return "in " + t.Last
}

// FollowAll follows many executions until all have ended, and hands each outcome to ended, in the order in which they end. It describes
// each of them, and reads only the histories of those that did not succeed.
func (f *Follower) FollowAll(ctx context.Context, executions []string, ended func(*Outcome)) error {
	f.complete()
	for open := executions; ; {
		var still []string
		for _, arn := range open {
			e, err := f.AWS.Describe(ctx, arn, true)
			if err != nil {
				return err
			}
			if e.Running() {
				still = append(still, arn)
				continue
			}
			o, err := f.end(ctx, e)
			if err != nil {
				return err
			}
			ended(o)
		}
		if open = still; len(open) == 0 {
			return nil
		}
		f.Status(fmt.Sprintf("%d of %d executions ended", len(executions)-len(open), len(executions)))
		if err := f.AWS.clock.Sleep(ctx, f.Every); err != nil {
			return err
		}
	}
}

// end returns the outcome of an execution that ended.
func (f *Follower) end(ctx context.Context, e *Execution) (*Outcome, error) {
	if e.Status == "SUCCEEDED" {
		return &Outcome{Execution: *e, States: []*State{}}, nil
	}
	o, err := f.AWS.Outcome(ctx, e)
	if Is(err, "KmsAccessDeniedException", "AccessDeniedException") {
		return &Outcome{Execution: *e, States: []*State{}}, nil // The status has been read.
	}
	return o, err
}

// Outcome reads the outcome of an execution, or how far it came.
func (a *AWS) Outcome(ctx context.Context, e *Execution) (*Outcome, error) {
	track, _, err := a.track(ctx, e.ARN)
	if err != nil {
		return nil, err
	}
	runs, err := a.mapRuns(ctx, track.MapRuns)
	if err != nil {
		return nil, err
	}
	return outcomeOf(e, track, runs), nil
}
