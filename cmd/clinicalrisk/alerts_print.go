package main

import (
	"fmt"
	"io"
	"strings"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert/worklist"
)

// printWorklist prints what is to do.
func printWorklist(w io.Writer, list *worklist.List) {
	where := "all sites of your role"
	if list.Site != "" {
		where = "site " + list.Site
	}
	fmt.Fprintf(w, "%s, %s, as of %s: %s open, %d overdue\n", plain.Line(list.TrialID), plain.Line(where), plain.Line(list.Day), plural(len(list.Alerts), "alert"), list.Late())
	if len(list.Alerts) > 0 {
		fmt.Fprintln(w)
		tabulate(w, func(row func(cells ...any)) {
			row("ALERT", "SITE", "SUBJECT", "BAND", "CHANGE", "STATUS", "OPEN", "DUE", "SUGGESTED")
			for _, a := range list.Alerts {
				due := a.Due
				if a.Overdue {
					due += " overdue"
				}
				row(a.Alert, a.Site, a.Subject, a.Band, a.Change, a.Status, fmt.Sprintf("%d d", a.DaysOpen), due, strings.Join(a.Suggested, " "))
			}
		})
	}
	if len(list.Findings) > 0 {
		fmt.Fprintf(w, "\nSubjects without a score:\n")
		tabulate(w, func(row func(cells ...any)) {
			row("SUBJECT", "SITE", "OWNER", "RUNS", "EXPLAINED UNTIL")
			for _, f := range list.Findings {
				row(f.Subject, f.Site, f.Owner, f.Missed, f.Until)
			}
		})
	}
}

// printAlert prints an alert with its history.
func printAlert(w io.Writer, v *alerts.View) {
	tabulate(w, func(row func(cells ...any)) {
		row("Subject", v.Subject)
		row("Site", v.Site)
		if a := v.Alert; a != nil {
			row("Alert", fmt.Sprintf("%s, %s, open for %d days", a.Alert, a.Status, a.DaysOpen))
			row("Band", fmt.Sprintf("%s, %s", a.Band, a.Change))
			if a.Due != "" {
				row("Due", fmt.Sprintf("%s, for %s", a.Due, a.WaitsFor))
			}
			if a.Until != "" {
				row("Suppressed", "until "+a.Until)
			}
			row("Suggested", strings.Join(a.Suggested, " "))
		} else if v.Status != "" {
			row("Alert", v.Status)
		}
		if f := v.Finding; f != nil {
			row("No score", fmt.Sprintf("for %d runs; %s explains it until %s", f.Missed, f.Owner, f.Until))
		}
	})
	fmt.Fprintln(w, "\nWhat happened:")
	tabulate(w, func(row func(cells ...any)) {
		for _, h := range v.History {
			for _, change := range h.Changes {
				what := string(change.Kind)
				if change.Band != "" {
					what += " (" + change.Band + ")"
				}
				row("  "+h.Day, what, h.By, strings.TrimSpace(h.Code+" "+h.Reason+" "+change.Reason))
			}
		}
	})
}
