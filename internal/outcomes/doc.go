// Package outcomes says what became of the subjects that were scored. [Read] reads what jobs/outcomes.py writes, [Import] keeps it in the
// record store, [Gather] reads the scores and the alerts that were there before, and [Compare] compares the two: calibration, predictive
// value, lead time, alerts, in groups of subjects. [Report.Write] writes a page, JSON and tables.
//
// What counts is a subject's first score by the trial's model, in the order of the runs, and only if its data cut is before the end of the
// treatment, or of the study. Later scores have seen more. A subject whose end is not known is censored: it is counted apart, and never
// taken for one without an event.
//
// Messages have counts and places, never a subject or what became of it.
package outcomes
