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

// longestObjects is the maximum number of reviewed objects shown to a person. --json prints all of them.
const longestObjects = 20

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

func printView(w io.Writer, v *approval.View) {
	reviewed := v.Reviewed
	if v.Record != nil {
		reviewed = v.Record.Reviewed
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
			row("Decision", fmt.Sprintf("%s on %s", r.Decision, stamp(r.SignedAt)))
			row("Signed by", fmt.Sprintf("%s, %s", inline(r.Signer.PrintedName), r.Signer.ARN))
			row("Meaning", inline(r.Meaning))
			row("Reason", inline(r.Reason))
			row("Record", fmt.Sprintf("%s, version %s", v.Outcome.Record, v.Outcome.RecordVersion))
		}
		if reviewed != nil {
			row("Digest", reviewed.SHA256)
		}
	})
	if v.Summary != nil {
		printSummary(w, v)
	}
	if reviewed != nil {
		printObjects(w, reviewed.Objects)
	}
}

// longestSubjects is the maximum number of subjects at high risk shown to a person. --json prints all of them.
const longestSubjects = 500

// printSummary prints what the records say: the counts, and who is at high risk.
func printSummary(w io.Writer, v *approval.View) {
	said := v.Summary
	fmt.Fprintf(w, "\nThe records say: %d at high risk, %d scored and %d not scored.\n", said.High, said.Scored, said.NotScored)
	if c := v.Subjects.Counts; c != nil && (c.High != said.High || c.Scored != said.Scored) {
		fmt.Fprintf(w, "WARNING: the run counted %d at high risk and %d scored.\n", c.High, c.Scored)
	}
	for _, key := range said.Unknown {
		fmt.Fprintf(w, "WARNING: %s is not a decision record.\n", plain.Line(key))
	}
	if said.High == 0 {
		return
	}
	shown := said.Subjects[:min(len(said.Subjects), longestSubjects)]
	fmt.Fprintln(w)
	tabulate(w, func(row func(cells ...any)) {
		row("HIGH RISK", "SCORE")
		for _, s := range shown {
			row(s.Subject, s.Score)
		}
	})
	if more := said.High - len(shown); more > 0 {
		fmt.Fprintf(w, "… and %d more: --json shows up to 10,000\n", more)
	}
}

func printObjects(w io.Writer, objects []approval.ReviewedObject) {
	fmt.Fprintf(w, "\n%d decision records:\n", len(objects))
	for i, o := range objects {
		if i == longestObjects {
			fmt.Fprintf(w, "… and %d more: --json shows all\n", len(objects)-i)
			return
		}
		fmt.Fprintf(w, "%s  %s\n", plain.Line(o.SHA256), plain.Line(o.Key))
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// inline removes the line breaks of a text, so that it stays in its row.
func inline(text string) string { return strings.Join(strings.Fields(text), " ") }
