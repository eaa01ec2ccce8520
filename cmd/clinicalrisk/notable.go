package main

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/runner"
)

// maxShown is the maximum number of subjects printed in each list. The files contain all of them.
const maxShown = 20

// maxTold is the maximum number of calls of downstream systems printed.
const maxTold = 5

// notable collects what is printed after a run: the subjects of alerts and the causes of failures. It holds ids of subjects and
// trials, never features.
type notable struct {
	out       string // the folder with the complete results
	alerted   shortList
	approvals shortList
	failed    causes
	unscored  shortList // of a cohort
	cohort    []string  // what the execution of a cohort did, in order
}

// shortList keeps its first lines and counts the rest.
type shortList struct {
	lines []string
	more  int
}

func newNotable(out string) *notable { return &notable{out: out} }

func (n *notable) add(r *runner.Result) {
	o := r.Outcome
	if o.Alerted {
		n.alerted.add(fmt.Sprintf("%s  trial %s", o.Subject, o.TrialID))
	}
	for _, a := range r.Approvals {
		n.approvals.add(o.Subject + "  " + decided(a))
	}
	if o.Error != nil {
		n.failed.add(o.Subject, fmt.Sprintf("%s in %s: %s", o.ErrorName(), o.LastState(), *o.Cause))
	}
}

// addCohort collects what the execution of a cohort did, in order.
func (n *notable) addCohort(r *runner.CohortResult) {
	o := r.Outcome
	if o.Subjects == 0 {
		n.cohort = append(n.cohort, o.Execution+": no subject came to the model")
	} else {
		n.cohort = append(n.cohort, fmt.Sprintf("%s: %d of %s scored, %d at high risk", o.Execution, o.Scored, plural(o.Subjects, "subject"), o.HighRisk))
	}
	if o.Alerted {
		n.cohort = append(n.cohort, "The team was alerted.")
	}
	for _, a := range r.Approvals {
		n.cohort = append(n.cohort, "Approval "+decided(a))
	}
	told := 0
	for _, d := range r.Downstream {
		if d.Action == local.IncidentLookedUp {
			continue
		}
		if told++; told <= maxTold {
			n.cohort = append(n.cohort, fmt.Sprintf("Downstream, %s: %s %s", d.State, d.Action, d.Reference))
		}
	}
	if told > maxTold {
		n.cohort = append(n.cohort, fmt.Sprintf("Downstream: %d more, in %s", told-maxTold, filepath.Join(n.out, "downstream.jsonl")))
	}
	n.addUnscored(r.Subjects)
	if o.Error != nil {
		n.failed.add(o.Execution, fmt.Sprintf("%s in %s: %s", o.ErrorName(), o.LastState(), *o.Cause))
	}
}

// addUnscored counts the subjects without a score by reason.
func (n *notable) addUnscored(subjects []outcome.Subject) {
	reasons := map[string]*notScored{}
	for i := range subjects {
		if s := &subjects[i]; s.Reason != "" {
			if reasons[s.Reason] == nil {
				reasons[s.Reason] = &notScored{first: s.Subject}
			}
			reasons[s.Reason].count++
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		n.unscored.add(fmt.Sprintf("%s, first %s: %s", plural(reasons[reason].count, "subject"), reasons[reason].first, reason))
	}
}

// decided describes the outcome of an approval request.
func decided(a local.Approval) string {
	line := a.ID + ": " + a.Decision
	if a.SignedAt != nil {
		line += " by " + a.PrintedName
	}
	if a.Refusal != "" {
		line += ": " + a.Refusal
	}
	return line
}

// notScored counts subjects or executions with the same reason.
type notScored struct {
	first string
	count int
}

// print writes the lists and the totals. The lists quote services and people.
func (n *notable) print(w io.Writer, s *outcome.Summary) {
	for _, line := range n.cohort {
		fmt.Fprintln(w, plain.Line(line))
	}
	if excluded := s.ExcludedCount(); excluded > 0 {
		fmt.Fprintf(w, "%s left out before scoring: %s\n", wereOrWas(excluded), plain.Line(s.ExcludedWords()))
	}
	if len(n.cohort) > 0 {
		fmt.Fprintln(w)
	}
	n.unscored.print(w, "Subjects without a score", filepath.Join(n.out, "subjects.jsonl"))
	n.alerted.print(w, "The team was alerted about", filepath.Join(n.out, "alerts.jsonl"))
	n.approvals.print(w, "Approvals", filepath.Join(n.out, "approvals.jsonl"))
	n.failed.list().print(w, "Executions that failed", filepath.Join(n.out, "executions.jsonl"))
	fmt.Fprintf(w, "%s, %s: %d succeeded, %d failed, %s, %s\n", s.Environment, plural(s.Executions, "execution"),
		s.Succeeded, s.Failed, plural(s.Alerts, "alert"), pluralY(s.Retries))
	if s.Threshold == nil {
		fmt.Fprintln(w, "Threshold: the definition does not have it as a number")
	} else {
		fmt.Fprintf(w, "Threshold: a risk above %v alerts the team", *s.Threshold)
		if s.DefinedThreshold != nil {
			fmt.Fprintf(w, " in this run only; the definition has %v", *s.DefinedThreshold)
		}
		fmt.Fprintln(w)
	}
	if s.Labels != nil {
		fmt.Fprintln(w, "\nKnown outcomes:")
		for _, line := range s.Labels.Words() {
			fmt.Fprintln(w, "  "+plain.Line(line))
		}
	}
}

// causes are the executions that failed, by cause.
type causes struct {
	order []string
	who   map[string]*notScored
}

// maxCauses is the maximum number of causes that are told apart.
const maxCauses = 1000

func (c *causes) add(who, cause string) {
	if c.who == nil {
		c.who = map[string]*notScored{}
	}
	if c.who[cause] == nil && len(c.order) >= maxCauses {
		cause = "other causes"
	}
	if c.who[cause] == nil {
		c.who[cause] = &notScored{first: who}
		c.order = append(c.order, cause)
	}
	c.who[cause].count++
}

// list has a line for each cause, the most frequent first.
func (c *causes) list() *shortList {
	slices.SortStableFunc(c.order, func(a, b string) int { return c.who[b].count - c.who[a].count })
	l := &shortList{}
	for _, cause := range c.order {
		if who := c.who[cause]; who.count == 1 {
			l.add(who.first + "  " + cause)
		} else {
			l.add(fmt.Sprintf("%d executions, first %s  %s", who.count, who.first, cause))
		}
	}
	return l
}

func (l *shortList) add(line string) {
	if len(l.lines) == maxShown {
		l.more++
		return
	}
	l.lines = append(l.lines, line)
}

func (l *shortList) print(w io.Writer, title, file string) {
	if len(l.lines) == 0 {
		return
	}
	fmt.Fprintf(w, "%s:\n", title)
	for _, line := range l.lines {
		fmt.Fprintf(w, "  %s\n", plain.Line(line))
	}
	if l.more > 0 {
		fmt.Fprintf(w, "  and %d more: see %s\n", l.more, plain.Line(file))
	}
	fmt.Fprintln(w)
}

func wereOrWas(subjects int) string {
	if subjects == 1 {
		return "1 subject was"
	}
	return fmt.Sprintf("%d subjects were", subjects)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func pluralY(n int) string {
	if n == 1 {
		return "1 retry"
	}
	return fmt.Sprintf("%d retries", n)
}
