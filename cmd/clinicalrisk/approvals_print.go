package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

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

// tabulate prints rows with aligned cells.
func tabulate(w io.Writer, print func(row func(cells ...any))) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	print(func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = fmt.Sprint(cell)
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
		row("Request", fmt.Sprintf("%s, %s", v.ID, v.Status))
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
	if reviewed != nil {
		printObjects(w, reviewed.Objects)
	}
}

func printObjects(w io.Writer, objects []approval.ReviewedObject) {
	fmt.Fprintf(w, "\n%d decision records:\n", len(objects))
	for i, o := range objects {
		if i == longestObjects {
			fmt.Fprintf(w, "… and %d more: --json shows all\n", len(objects)-i)
			return
		}
		fmt.Fprintf(w, "%s  %s\n", o.SHA256, o.Key)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// inline removes the line breaks of a text, so that it stays in its row.
func inline(text string) string { return strings.Join(strings.Fields(text), " ") }
