package outcomes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

// Verdict says whether a limit holds.
type Verdict string

// The verdicts.
const (
	Holds     Verdict = "holds"
	Broken    Verdict = "broken"
	NotJudged Verdict = "not judged" // Limit.Why says why
)

// Limit is a limit of the trial's file, with what it was compared with.
type Limit struct {
	Name    string   `json:"name"`  // of the field in the trial's file
	Limit   string   `json:"limit"` // for people
	Value   *float64 `json:"value"`
	Verdict Verdict  `json:"verdict"`
	Why     string   `json:"why,omitempty"` // of one that is broken or not judged
}

// limits judges the limits of the trial's file. Those of the scores are judged by the outcome that the scores are about.
func limits(t *trial.Trial, r *Report) []Limit {
	o := t.Outcomes
	all := []Limit{}
	if o == nil {
		return all
	}
	about := r.Parts[slices.IndexFunc(r.Parts, func(p *Part) bool { return p.Outcome == outcome.Kind(cmp.Or(o.Predicts, trial.OfTreatment)) })]
	if o.MinimumPPV > 0 {
		l := Limit{Name: "minimumPPV", Limit: fmt.Sprintf("at least %v of the subjects at high risk have the outcome", o.MinimumPPV)}
		l.judge(about.PPV.Share, about.PPV.Of, o.MinimumSubjects, "subjects at high risk whose end is known", func(x float64) bool { return x >= o.MinimumPPV })
		all = append(all, l)
	}
	for _, each := range []struct {
		name, what string
		allowed    *trial.Range
		value      *float64
	}{
		{"observedToExpected", "observed outcomes by expected ones", o.ObservedToExpected, about.ObservedToExpected.Value}, {"slope", "slope of the calibration", o.Slope, about.Slope.Value},
	} {
		if each.allowed != nil {
			l := Limit{Name: each.name, Limit: fmt.Sprintf("%s from %v to %v", each.what, each.allowed.From, each.allowed.To)}
			l.judge(each.value, about.Compared, o.MinimumSubjects, "subjects whose end is known", each.allowed.Has)
			all = append(all, l)
		}
	}
	if o.MostAlerts > 0 {
		all = append(all, mostAlerts(o.MostAlerts, r.Alerts))
	}
	if o.HighRiskJump != nil {
		all = append(all, jump(o, r.Runs))
	}
	return all
}

// judge judges a figure of some subjects. Too few have none that counts.
func (l *Limit) judge(value *float64, of, least int, what string, holds func(float64) bool) {
	switch {
	case of < least:
		l.Verdict, l.Why = NotJudged, fmt.Sprintf("%s are fewer than %d", what, least)
	case value == nil:
		l.Verdict, l.Why = NotJudged, "the figure is not defined for these subjects"
	case holds(*value):
		l.Value, l.Verdict = value, Holds
	default:
		l.Value, l.Verdict, l.Why = value, Broken, fmt.Sprintf("%.3g, of %d %s", *value, of, what)
	}
}

func mostAlerts(most int, alerts []SiteMonth) Limit {
	l := Limit{Name: "mostAlerts", Limit: fmt.Sprintf("%d alerts at a site in a month at most", most), Verdict: Holds}
	var where []string
	highest := 0
	for _, m := range alerts {
		highest = max(highest, m.count)
		if m.count > most {
			where = append(where, fmt.Sprintf("%s in %s", m.Site, m.Month))
		}
	}
	if highest >= Few {
		value := float64(highest)
		l.Value = &value
	}
	if len(where) > 0 {
		l.Verdict, l.Why = Broken, "site "+strings.Join(where, ", ")
	}
	return l
}

// jump judges the last run by those before it.
func jump(o *trial.Outcomes, runs []alert.Scores) Limit {
	l := Limit{Name: "highRiskJump", Limit: fmt.Sprintf("the share at high risk of the last run is within %v of the mean of the %d runs before", o.HighRiskJump.By, o.HighRiskJump.Runs)}
	if len(runs) == 0 {
		l.Verdict, l.Why = NotJudged, "there is no run"
		return l
	}
	last := runs[len(runs)-1]
	if share, scored := last.Share(); scored && last.Scored >= Few {
		l.Value = &share
	}
	switch jumps, judged := (alert.Recent{Runs: runs}).Jumps(last, o); {
	case !judged:
		l.Verdict, l.Why = NotJudged, fmt.Sprintf("the last run has fewer than %d scores, or fewer than %d runs were before it", o.MinimumSubjects, trial.LeastJumpRuns)
	case jumps:
		l.Verdict, l.Why = Broken, "in the run of "+last.Cut
	default:
		l.Verdict = Holds
	}
	return l
}

// notes says what a reader has to know of the figures.
func notes(g *Gathered) []string {
	notes := []string{
		"The first score of a subject by the trial's model counts, if its data cut is before the end. Later scores have seen more.",
		"Who is still running is counted apart, and is not taken for a subject without the outcome. Figures of a trial that runs are of those whose end is known: early ends are over-represented.",
		"Discontinuing the treatment and leaving the study are different outcomes. A death and a loss to follow-up end both.",
		"The alerts were acted on: people who were helped to stay lower the share of alerts that came true.",
		fmt.Sprintf("A cell of fewer than %d subjects has no figure. Intervals are of 95 %%; those of shares are Wilson's.", Few),
	}
	if g.OtherModels > 0 {
		notes = append(notes, fmt.Sprintf("%d scores by other models than that of the trial's file do not count.", g.OtherModels))
	}
	if g.Unread > 0 {
		notes = append(notes, fmt.Sprintf("Sex and age are unknown where a cohort could not be read: %d.", g.Unread))
	}
	return notes
}
