package outcome

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/workflow"
)

// Children sums up the children of a Distributed Map. Its memory grows with their number, not with their data.
type Children struct {
	trace       trace
	lost        int
	invocations int
	lives       [][2]time.Time // from start to stop
	entered     map[string]int
	transitions map[[2]string]int
}

// Batch is the batch of one child.
type Batch struct {
	Name   string // the name of its decision record, such as "batch-0000100"
	First  int    // the place of its first subject in the cohort, from 0
	Size   int    // the number of its subjects
	Reason string // why no subject has a score; "" if the batch was scored
}

// Add adds a child that ended, and returns its batch.
func (c *Children) Add(child *asl.Execution) Batch {
	if c.entered == nil {
		c.entered, c.transitions = map[string]int{}, map[[2]string]int{}
	}
	t := follow(child.History)
	c.lives = append(c.lives, [2]time.Time{child.Start, child.Stop})
	for _, state := range child.Path() {
		c.entered[state]++
	}
	for _, transition := range t.transitions {
		c.transitions[transition]++
	}
	for _, retry := range t.retries {
		for range retry.Count {
			c.trace.retried(retry.State)
		}
		if retry.State == workflow.InvokeModel {
			c.invocations += retry.Count
		}
	}
	if slices.Contains(child.Path(), workflow.InvokeModel) {
		c.invocations++
	}
	b := batchOf(child)
	if b.Reason = reason(child, t); b.Reason != "" {
		c.lost++
	}
	return b
}

// batchOf reads the batch from a child's input.
func batchOf(child *asl.Execution) Batch {
	input, _ := child.Input.(*value.Object)
	items, _ := input.Value("Items").([]any)
	b := Batch{Size: len(items)}
	if len(items) > 0 {
		item, _ := items[0].(*value.Object)
		first, _ := item.Value("index").(float64)
		b.First = int(first)
	}
	b.Name = fmt.Sprintf("batch-%07d", b.First)
	return b
}

// reason returns why a child scored nobody, "" if it scored its batch. It leaves out the causes of Step Functions' own errors, which
// may quote data.
func reason(child *asl.Execution, t trace) string {
	if child.Status != asl.Succeeded {
		return fmt.Sprintf("the batch ended as %s in %s: %s", child.Status, t.last, cmp.Or(child.Error, "no error"))
	}
	if output, _ := child.Output.(*value.Object); output.Value(workflow.Conflicts) != nil {
		return "another execution, cohort or definition wrote the record of the batch"
	}
	i := slices.IndexFunc(t.transitions, func(taken [2]string) bool { return taken[1] == workflow.NotScored })
	switch {
	case i < 0:
		return ""
	case t.transitions[i][0] == workflow.CheckPredictions:
		return "the model's answer does not have one prediction for each subject of the batch"
	}
	return "the batch failed in " + t.transitions[i][0] + ": " + lastError(child.History)
}

// lastError returns the last error in a history. It has the cause if a service reported the error.
func lastError(history []asl.Event) string {
	for i := len(history) - 1; i >= 0; i-- {
		switch failure := history[i].Details.(type) {
		case *asl.Failure:
			if failure.Cause == "" || strings.HasPrefix(failure.Error, "States.") {
				return failure.Error
			}
			return failure.Error + ": " + failure.Cause
		case *asl.EvaluationFailed:
			return failure.Error
		}
	}
	return "an unknown error"
}

// mapRun returns the sums of the children.
func (c *Children) mapRun(execution *asl.Execution) *MapRun {
	m := &MapRun{
		Batches: len(c.lives), Lost: c.lost, Invocations: c.invocations, Counted: counted(execution), Bill: execution.Bill,
		Entered: c.entered, Transitions: c.transitions,
	}
	m.AtOnce, m.Took = overlap(c.lives)
	return m
}

// overlap returns the highest number of lives at the same time, and the time from the first start to the last stop.
func overlap(lives [][2]time.Time) (most int, took time.Duration) {
	type change struct {
		at   time.Time
		step int
	}
	var changes []change
	for _, life := range lives {
		changes = append(changes, change{life[0], 1}, change{life[1], -1})
	}
	// At the same moment, a stop comes before a start.
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), a.step-b.step) })
	now := 0
	for _, c := range changes {
		now += c.step
		most = max(most, now)
	}
	if len(changes) > 0 {
		took = changes[len(changes)-1].at.Sub(changes[0].at)
	}
	return most, took
}

// counted returns the execution's own counts, with which it entered CheckRisk or, in a registered trial, UpdateAlerts.
func counted(execution *asl.Execution) *Coverage {
	for i := range execution.History {
		entered, ok := execution.History[i].Details.(*asl.StateEntered)
		if !ok || entered.Name != workflow.CheckRisk && entered.Name != workflow.UpdateAlerts {
			continue
		}
		data, _ := entered.Input.(*value.Object)
		counts, ok := data.Value(workflow.Counts).(*value.Object)
		if !ok {
			return nil
		}
		count := func(name string) int { n, _ := counts.Value(name).(float64); return int(n) }
		return &Coverage{Subjects: count("subjects"), Scored: count("scored"), NotScored: count("failed"), HighRisk: count("high")}
	}
	return nil
}
