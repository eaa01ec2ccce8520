package operate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"clinical-risk-pipeline/asl"
)

// Plan is what a redrive of an execution will do.
type Plan struct {
	*Outcome
	Redrivable bool     `json:"redrivable"`
	Why        string   `json:"why,omitempty"` // why it is not redrivable, or why a redrive is of no use
	Repeats    []string `json:"repeats"`       // what a redrive repeats, a line each
}

// Plan says what failed in an execution, and what a redrive will repeat.
func (a *AWS) Plan(ctx context.Context, execution string) (*Plan, error) {
	e, err := a.Describe(ctx, execution, false)
	if err != nil {
		return nil, err
	}
	track, events, err := a.track(ctx, execution)
	if err != nil {
		return nil, err
	}
	runs, err := a.mapRuns(ctx, track.MapRuns)
	if err != nil {
		return nil, err
	}
	p := &Plan{Outcome: outcomeOf(e, track, runs), Redrivable: e.RedriveStatus == "REDRIVABLE", Repeats: []string{}}
	switch {
	case e.Running():
		p.Redrivable, p.Why = false, "it is running"
	case p.Succeeded():
		p.Redrivable, p.Why = false, "it succeeded"
	case !p.Redrivable:
		p.Why = "Step Functions does not redrive it: " + e.RedriveReason
	case track.Failing:
		p.Redrivable, p.Why = false, fmt.Sprintf("a redrive would enter the Fail state %s again: remove the cause, and start a new execution", track.Last)
	}
	if p.Redrivable {
		p.Repeats = repeats(track, events, runs)
	}
	return p, nil
}

// repeats says what a redrive repeats.
func repeats(t *Track, events []asl.Event, runs []MapRun) []string {
	if t.Last == "" {
		return []string{"the whole execution: it ended before its first state"}
	}
	lines := []string{fmt.Sprintf("it goes on in the state %s, with all its retries", t.Last)}
	for _, run := range runs {
		if run.Status == "FAILED" || run.Status == "ABORTED" {
			lines = append(lines, fmt.Sprintf("%s repeats the %d child executions that did not succeed, and keeps the others", run.Label(), run.Repeated))
		}
	}
	var kept []string
	seen := map[string]bool{t.Last: true}
	for i := range events {
		if exited, ok := events[i].Details.(*asl.StateExited); ok && !seen[exited.Name] {
			seen[exited.Name] = true
			kept = append(kept, exited.Name)
		}
	}
	if len(kept) > 0 {
		lines = append(lines, fmt.Sprintf("not repeated: the states before it, %s", join(kept)))
	}
	return lines
}

// Redrive redrives an execution once: the same redrive asked for again, after the answer was lost, is the same one.
func (a *AWS) Redrive(ctx context.Context, p *Plan) error {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", p.ARN, p.RedriveCount))
	token := hex.EncodeToString(sum[:])[:32]
	_, err := call(ctx, a, a.client.RedriveExecution, &sfn.RedriveExecutionInput{ExecutionArn: &p.ARN, ClientToken: &token})
	return err
}

// maxNamed is the maximum number of states that a line names.
const maxNamed = 8

func join(names []string) string {
	text := ""
	for i, name := range names {
		if i == maxNamed {
			return fmt.Sprintf("%s and %d more", text, len(names)-i)
		}
		if i > 0 {
			text += ", "
		}
		text += name
	}
	return text
}
