package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
)

// missing names the runs that the claims, the schedule and the trail know, and of which there is no record.
func (e *exporter) missing(ctx context.Context, known []runKnown) (records.RunsNote, error) {
	note := records.RunsNote{Missing: []records.MissingRun{}, Known: []string{}, Unknown: []string{}}
	claimed, err := e.missingClaims(ctx, known, &note)
	if err != nil {
		return note, err
	}
	e.missingDays(known, claimed, &note)
	if err := e.missingStarts(known, &note); err != nil {
		return note, err
	}
	note.Unknown = append(note.Unknown, "A run that nobody claimed, scheduled or started through the trail leaves no trace here.")
	slices.SortStableFunc(note.Missing, func(a, b records.MissingRun) int { return strings.Compare(a.Day, b.Day) })
	return note, nil
}

// missingClaims compares the claims with the runs, and returns the days of those that are missing.
func (e *exporter) missingClaims(ctx context.Context, known []runKnown, note *records.RunsNote) (map[string]bool, error) {
	missing := map[string]bool{}
	if e.Claims == nil {
		note.Unknown = append(note.Unknown, "The claims of data cuts were not read: whether a run that claimed one left no record is not known. Export with the registry's table.")
		return missing, nil
	}
	recorded := map[string]bool{}
	for _, r := range known {
		recorded[r.Execution+"/"+r.StartedAt] = true
	}
	claims := 0
	for claim, err := range e.Claims.Claims(ctx) {
		if err != nil {
			return nil, fmt.Errorf("cannot read the claims of data cuts: %w", err)
		}
		at, err := time.Parse(time.RFC3339, claim.StartedAt)
		day := at.UTC().Format(time.DateOnly)
		if err != nil || e.outside(day) || at.After(e.state.AsOf) {
			continue
		}
		claims++
		if !recorded[claim.Execution+"/"+claim.StartedAt] {
			missing[e.local(at)] = true
			note.Missing = append(note.Missing, records.MissingRun{
				Day: claim.Cut, Runs: 1, Execution: claim.Execution, Why: "claimed the data cut on " + day + ", and left neither a decision record nor one of exclusions",
			})
		}
	}
	note.Known = append(note.Known, fmt.Sprintf("%s of data cuts in the registry.", plural(claims, "claim")))
	return missing, nil
}

// missingDays compares the schedule of the trial's file with the days on which runs started, from the first one on.
func (e *exporter) missingDays(known []runKnown, claimed map[string]bool, note *records.RunsNote) {
	if e.Trial == nil || e.Trial.Schedule == "" {
		note.Unknown = append(note.Unknown, "No schedule was compared: on which days runs should have started is not known. Export with the trial's file.")
		return
	}
	ran := map[string]bool{}
	first := ""
	for _, r := range known {
		if at, err := time.Parse(time.RFC3339, r.StartedAt); err == nil {
			day := e.local(at)
			ran[day] = true
			if first == "" || day < first {
				first = day
			}
		}
	}
	from, err := time.Parse(time.DateOnly, max(first, e.From))
	if err != nil { // no run
		note.Unknown = append(note.Unknown, "No run is recorded in this period: from when the schedule expects runs is not known.")
		return
	}
	if _, can := e.Trial.RunsOn(from); !can {
		note.Unknown = append(note.Unknown, fmt.Sprintf("The schedule %s does not say by itself on which days it starts runs.", e.Trial.Schedule))
		return
	}
	end := e.local(e.state.AsOf.AddDate(0, 0, -1)) // the run of the last day may not have started
	if e.To != "" {
		end = min(end, e.To)
	}
	var open *records.MissingRun
	for day := from; day.Format(time.DateOnly) <= end; day = day.AddDate(0, 0, 1) {
		name := day.Format(time.DateOnly)
		switch expected, _ := e.Trial.RunsOn(day); {
		case !expected:
		case ran[name] || claimed[name]:
			open = nil
		case open == nil:
			note.Missing = append(note.Missing, records.MissingRun{Day: name, Runs: 1, Why: "the schedule " + e.Trial.Schedule + " starts a run, and none is recorded"})
			open = &note.Missing[len(note.Missing)-1]
		default:
			open.Until, open.Runs = name, open.Runs+1
		}
	}
	note.Known = append(note.Known, fmt.Sprintf("The schedule %s in %s, of the trial's file %s, for each day from %s to %s.", e.Trial.Schedule, e.Trial.Location(),
		e.Trial.Digest(), from.Format(time.DateOnly), end))
	note.Unknown = append(note.Unknown, "Whether the file had another schedule or status on an earlier day: compare the digest with those of the runs, and read the file's history.")
}

// missingStarts compares the trail's events of StartExecution with the runs.
func (e *exporter) missingStarts(known []runKnown, note *records.RunsNote) error {
	if e.Trail == nil {
		note.Unknown = append(note.Unknown, "The trail was not read: whether an execution started and failed before it claimed a data cut is not known.")
		return nil
	}
	recorded := map[string]bool{}
	for _, r := range known {
		recorded[r.Execution] = true
	}
	for _, m := range note.Missing {
		recorded[m.Execution] = true
	}
	starts := 0
	for _, p := range e.state.Parts {
		err := readTable(e.file(p.Part, "trail.csv"), func(cells []string) error {
			if cells[2] != "StartExecution" || cells[5] != "" || cells[4] == "" {
				return nil
			}
			starts++
			if !recorded[cells[4]] {
				recorded[cells[4]] = true
				note.Missing = append(note.Missing, records.MissingRun{
					Day: strings.SplitN(cells[0], "T", 2)[0], Runs: 1, Execution: cells[4], Why: "the trail shows its start, and it left no record: it ended before it scored, another run had the data cut, or it was a test",
				})
			}
			return nil
		})
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	note.Known = append(note.Known, fmt.Sprintf("%s of executions in the trail, in the months that have records.", plural(starts, "start")))
	return nil
}

// outside reports whether a day is outside the period.
func (e *exporter) outside(day string) bool {
	return e.From != "" && day < e.From || e.To != "" && day > e.To
}

// local returns the day of a time in the trial's zone.
func (e *exporter) local(at time.Time) string {
	if e.Trial == nil {
		return at.UTC().Format(time.DateOnly)
	}
	return at.In(e.Trial.Location()).Format(time.DateOnly)
}
