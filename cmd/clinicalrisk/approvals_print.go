package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/lambda/approval"
)

func printList(w io.Writer, views []*approval.View, all bool) {
	if len(views) == 0 {
		fmt.Fprintln(w, map[bool]string{false: "No request waits for a decision.", true: "No requests."}[all])
		return
	}
	tabulate(w, func(row func(cells ...any)) {
		row("ID", "STATUS", "TRIAL", "DEADLINE", "ABOUT")
		for _, v := range views {
			row(v.ID, v.Status, v.TrialID, stamp(v.Deadline), v.Subjects)
		}
	})
}

// tabulate prints rows with aligned cells. A cell is one line: it cannot forge a row.
func tabulate(w io.Writer, print func(row func(cells ...any))) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	print(func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = plain.Line(fmt.Sprint(cell))
		}
		fmt.Fprintln(table, strings.Join(texts, "\t"))
	})
	_ = table.Flush() // If printing fails, so would an error message.
}

// printView prints a request: while it is pending, what the function stored to be seen, and nothing else about the subjects.
func printView(w io.Writer, v *approval.View) {
	if v.Shown != nil {
		fmt.Fprintf(w, "%s\nStatus  %s, round %d\nDigest  %s\n", plain.Text(v.Shown.Text), v.Status, v.Round, plain.Line(v.Shown.SHA256))
		return
	}
	tabulate(w, func(row func(cells ...any)) {
		row("Request", fmt.Sprintf("%s, %s, round %d", v.ID, v.Status, v.Round))
		row("Trial", v.TrialID)
		row("About", v.Subjects)
		row("Execution", v.Execution)
		row("Started", stamp(v.StartedAt))
		row("Requested", stamp(v.RequestedAt))
		row("Deadline", stamp(v.Deadline))
		row("Records", v.Place)
		if r := v.Record; r != nil {
			row("Decision", fmt.Sprintf("%s on %s: %d approved, %d rejected", r.Decision, stamp(r.SignedAt), v.Outcome.Approved, v.Outcome.Rejected))
			row("Signed by", fmt.Sprintf("%s, %s", inline(r.Signer.PrintedName), r.Signer.ARN))
			row("Meaning", inline(r.Meaning))
			row("Reason", inline(r.Reason))
			row("Record", fmt.Sprintf("%s, version %s", v.Outcome.Record, v.Outcome.RecordVersion))
			row("Digest", digestOf(v))
		}
	})
	if v.Record != nil {
		printVerdicts(w, v.Record)
	}
}

// printVerdicts prints what was decided about each subject.
func printVerdicts(w io.Writer, r *approval.Record) {
	fmt.Fprintln(w)
	tabulate(w, func(row func(cells ...any)) {
		row("SUBJECT", "VERDICT", "CODE", "ALERT")
		for _, said := range r.Verdicts {
			row(said.Subject, said.Verdict, said.Code, said.Alert)
		}
	})
	if r.Unlisted > 0 {
		fmt.Fprintf(w, "and %d more, who were not listed: rejected\n", r.Unlisted)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// inline removes the line breaks of a text, so that it stays in its row.
func inline(text string) string { return strings.Join(strings.Fields(text), " ") }
