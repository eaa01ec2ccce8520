package main

import (
	"fmt"
	"io"
	"path/filepath"

	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/runner"
)

// maxShown is how many subjects are printed in each list; the files hold all of them.
const maxShown = 20

// notable collects what is printed after a run: who was alerted about, and why executions failed. It holds subjects' ids
// and trials, and never features.
type notable struct {
	out     string // the folder where all of it stands
	alerted shortList
	failed  shortList
}

// shortList keeps its first lines, and counts the rest.
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
	if o.Error != nil {
		n.failed.add(fmt.Sprintf("%s  %s in %s: %s", o.Subject, o.ErrorName(), o.LastState(), *o.Cause))
	}
}

// print writes the lists and the totals.
func (n *notable) print(w io.Writer, s *outcome.Summary) {
	n.alerted.print(w, "The team was alerted about", filepath.Join(n.out, "alerts.jsonl"))
	n.failed.print(w, "Executions that failed", filepath.Join(n.out, "executions.jsonl"))
	fmt.Fprintf(w, "%s, %s: %d succeeded, %d failed, %s, %s\n", s.Environment, plural(s.Executions, "execution"),
		s.Succeeded, s.Failed, plural(s.Alerts, "alert"), pluralY(s.Retries))
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
		fmt.Fprintf(w, "  %s\n", line)
	}
	if l.more > 0 {
		fmt.Fprintf(w, "  and %d more: see %s\n", l.more, file)
	}
	fmt.Fprintln(w)
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
