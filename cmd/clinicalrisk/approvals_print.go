package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"clinical-risk-pipeline/lambda/approval"
)

// longestObjects is how many reviewed objects a person is shown; --json has them all.
const longestObjects = 20

func printList(w io.Writer, views []*approval.View, all bool) {
	if len(views) == 0 {
		fmt.Fprintln(w, map[bool]string{false: "No request waits for a decision.", true: "There are no requests."}[all])
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "ID\tSTATUS\tTRIAL\tDEADLINE\tABOUT")
	for _, v := range views {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", v.ID, v.Status, v.TrialID, stamp(v.Deadline), v.Subjects)
	}
}

func printView(w io.Writer, v *approval.View) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, values ...any) { fmt.Fprintf(table, name+"\t"+format+"\n", values...) }
	row("Request", "%s, %s", v.ID, v.Status)
	row("Trial", "%s", v.TrialID)
	row("About", "%s", v.Subjects)
	row("Execution", "%s", v.Execution)
	row("Started", "%s", stamp(v.StartedAt))
	row("Requested", "%s", stamp(v.RequestedAt))
	row("Deadline", "%s", stamp(v.Deadline))
	row("Records", "%s", v.Place)
	if r := v.Record; r != nil {
		row("Decision", "%s on %s", r.Decision, stamp(r.SignedAt))
		row("Signed by", "%s, %s", r.Signer.PrintedName, r.Signer.ARN)
		row("Meaning", "%s", inline(r.Meaning))
		row("Reason", "%s", inline(r.Reason))
		row("Record", "%s, version %s", v.Outcome.Record, v.Outcome.RecordVersion)
	}
	reviewed := v.Reviewed
	if reviewed == nil && v.Record != nil {
		reviewed = v.Record.Reviewed
	}
	if reviewed != nil {
		row("Digest", "%s", reviewed.SHA256)
	}
	table.Flush()
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

// inline keeps a text with line breaks in its row.
func inline(text string) string { return strings.Join(strings.Fields(text), " ") }
