package outcomes

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

// Report says what became of the subjects of a trial.
type Report struct {
	SchemaVersion int       `json:"schemaVersion"` // 1
	TrialID       string    `json:"trialId"`
	TrialFile     string    `json:"trialFile"` // the digest of the trial's file
	Title         string    `json:"title"`
	Model         string    `json:"model"` // the name of the endpoint
	Threshold     float64   `json:"threshold"`
	AsOf          string    `json:"asOf"`   // the day up to which the outcomes are known
	Record        string    `json:"record"` // the key of the record of the outcomes
	MadeAt        time.Time `json:"madeAt"`
	Program       string    `json:"program"`

	Limits []Limit        `json:"limits"`
	Parts  []*Part        `json:"outcomes"`
	Alerts []SiteMonth    `json:"alerts"`
	Runs   []alert.Scores `json:"runs"`
	Notes  []string       `json:"notes"`
}

// Part compares the scores with one outcome.
type Part struct {
	Outcome outcome.Kind `json:"outcome"`

	Compared  int      `json:"compared"`       // subjects with a score before a known end
	Events    int      `json:"events"`         // of these
	Censored  int      `json:"censored"`       // with a score, and still running
	After     int      `json:"scoredAfter"`    // with an end, and first scored on its day or later: they do not count
	Unscored  int      `json:"notScored"`      // with an outcome, without a score by the trial's model
	Unknown   int      `json:"withoutOutcome"` // with a score, without a line in the outcomes
	Figures            // of all that are compared
	Brier     *float64 `json:"brier"`
	BaseBrier *float64 `json:"baseRateBrier"` // of a model that gives everybody the share of events
	AUC       *float64 `json:"auc"`
	Slope     Estimate `json:"slope"`
	Bins      []Bin    `json:"calibration"`

	Lead    Lead     `json:"leadTime"`
	Reasons []Reason `json:"reasons"`
	Groups  []Group  `json:"groups"`
}

// Figures are the figures of some subjects.
type Figures struct {
	Expected           *float64 `json:"expected"` // the mean score
	Observed           Share    `json:"observed"`
	ObservedToExpected Estimate `json:"observedToExpected"`
	Flagged            Share    `json:"flagged"`     // a score above the threshold
	PPV                Share    `json:"ppv"`         // of the flagged: with the event
	Sensitivity        Share    `json:"sensitivity"` // of those with the event: flagged
}

// Lead is the time from the first alert about a subject to its event, in days.
type Lead struct {
	Alerted   Share    `json:"alerted"` // of those with the event: an alert was opened before
	Lower     *float64 `json:"lowerQuartile"`
	Median    *float64 `json:"median"`
	Upper     *float64 `json:"upperQuartile"`
	FewerThan int      `json:"fewerThan,omitempty"`
}

// Reason is a reason of events, and how often it is there.
type Reason struct {
	Reason    string `json:"reason"`
	Count     int    `json:"count,omitempty"`
	FewerThan int    `json:"fewerThan,omitempty"`
}

// Group is a group of subjects.
type Group struct {
	By    string `json:"by"` // sex, age or site
	Label string `json:"label"`
	Figures
}

// SiteMonth is how many alerts were opened at a site in a month.
type SiteMonth struct {
	Site      string `json:"site"`
	Month     string `json:"month"` // YYYY-MM, in the trial's time zone
	Alerts    int    `json:"alerts,omitempty"`
	FewerThan int    `json:"fewerThan,omitempty"`
	count     int
}

// unknown is the label of subjects of whom nobody knows it.
const unknown = "unknown"

// Compare compares the scores and alerts with what became of the subjects.
//
// Requirements: SRC-25
func Compare(t *trial.Trial, record *outcome.Record, g *Gathered) *Report {
	r := &Report{
		SchemaVersion: 1, TrialID: t.ID, TrialFile: t.Digest(), Title: t.Title, Model: t.Endpoint.Name, Threshold: t.Threshold.Value,
		AsOf: record.AsOf, Record: record.Key(), Runs: g.Runs, Alerts: perSiteAndMonth(g.Alerts),
	}
	for _, kind := range outcome.Kinds {
		r.Parts = append(r.Parts, compare(t, record, g, kind))
	}
	r.Limits = limits(t, r)
	r.Notes = notes(g)
	return r
}

// Broken returns the limits that are broken.
func (r *Report) Broken() []Limit {
	return slices.DeleteFunc(slices.Clone(r.Limits), func(l Limit) bool { return l.Verdict != Broken })
}

// member is a subject that is compared.
type member struct {
	scored
	subject string
	flagged bool
	by      map[string]string // the labels of its groups
	date    string            // of the end
	reason  string
}

// compare compares the scores with one outcome.
func compare(t *trial.Trial, record *outcome.Record, g *Gathered, kind outcome.Kind) *Part {
	p := &Part{Outcome: kind}
	var members []member
	known := map[string]bool{}
	for _, s := range record.Subjects {
		known[s.Subject] = true
		score, end := g.First[s.Subject], s.End(kind)
		switch {
		case score == nil:
			p.Unscored++
		case !end.IsKnown():
			p.Censored++
		case score.Day >= end.Date:
			p.After++
		default:
			members = append(members, member{
				scored: scored{score.Risk, end.IsEvent()}, subject: s.Subject, flagged: score.Risk > t.Threshold.Value,
				by: labelsOf(score, s.Site), date: end.Date, reason: end.Reason,
			})
		}
	}
	for subject := range g.First {
		if !known[subject] {
			p.Unknown++
		}
	}
	p.Compared, p.Figures = len(members), figures(members)
	p.Bins, p.Slope = bins(scores(members)), slope(scores(members))
	p.discriminate(members)
	p.Lead = lead(members, firstAlerts(g.Alerts, t.Endpoint.Name))
	p.Reasons = reasons(members)
	p.Groups = groups(members)
	return p
}

// labelsOf returns the labels of a subject's groups. The site is that of the score: there the alert was about.
func labelsOf(s *Score, site string) map[string]string {
	return map[string]string{"sex": sexOf(s.Sex), "age": ageOf(s.Age), "site": cmp.Or(s.Site, site, unknown)}
}

func sexOf(code string) string {
	switch code {
	case "F":
		return "female"
	case "M":
		return "male"
	}
	return unknown
}

// ages are the bands of ages, those of the model card.
var ages = []struct {
	below float64
	label string
}{{65, "under 65"}, {75, "65 to 74"}, {85, "75 to 84"}, {1000, "85 and over"}}

func ageOf(age *float64) string {
	if age != nil && *age >= 0 {
		for _, band := range ages {
			if *age < band.below {
				return band.label
			}
		}
	}
	return unknown
}

func scores(members []member) []scored {
	var all []scored
	for _, m := range members {
		all = append(all, m.scored)
	}
	return all
}

// figures returns the figures of some subjects. Few subjects have none.
func figures(members []member) Figures {
	var f Figures
	events, flagged, found, sum := 0, 0, 0, 0.0
	for _, m := range members {
		sum += m.score
		if m.event {
			events++
		}
		if m.flagged {
			flagged++
		}
		if m.event && m.flagged {
			found++
		}
	}
	f.Observed, f.Flagged = shareOf(events, len(members)), shareOf(flagged, len(members))
	f.PPV, f.Sensitivity = shareOf(found, flagged), shareOf(found, events)
	if len(members) >= Few {
		mean := sum / float64(len(members))
		f.Expected, f.ObservedToExpected = &mean, observedToExpected(scores(members))
	}
	return f
}

// discriminate adds what `clinicalrisk run --labels` says of a run, too.
func (p *Part) discriminate(members []member) {
	events := map[string]bool{}
	for _, m := range members {
		events[m.subject] = m.event
	}
	known := labels.Of(string(p.Outcome), events)
	for _, m := range members {
		known.Add(m.subject, &m.score, m.flagged)
	}
	c := known.Compare()
	p.Events = c.Events
	if p.Compared >= Few {
		p.Brier, p.BaseBrier, p.AUC = c.Brier, c.BaseRateBrier, c.AUC
	}
}

// firstAlerts returns the days on which the first alerts about subjects were opened, by the trial's model.
func firstAlerts(alerts []Opened, model string) map[string]string {
	first := map[string]string{}
	for _, a := range alerts {
		if day, there := first[a.Subject]; a.Model == model && (!there || a.Day < day) {
			first[a.Subject] = a.Day
		}
	}
	return first
}

// lead returns the time from alerts to events. An alert on the day of the event was too late.
func lead(members []member, alerts map[string]string) Lead {
	var days []float64
	events := 0
	for _, m := range members {
		if !m.event {
			continue
		}
		events++
		if opened, there := alerts[m.subject]; there && opened < m.date {
			days = append(days, daysBetween(opened, m.date))
		}
	}
	l := Lead{Alerted: shareOf(len(days), events)}
	if len(days) < Few {
		l.FewerThan = Few
		return l
	}
	slices.Sort(days)
	lower, median, upper := quantile(days, 0.25), quantile(days, 0.5), quantile(days, 0.75)
	l.Lower, l.Median, l.Upper = &lower, &median, &upper
	return l
}

// daysBetween returns the days from one day to another. Both were read as days.
func daysBetween(from, to string) float64 {
	first, err := time.Parse(time.DateOnly, from)
	last, err2 := time.Parse(time.DateOnly, to)
	if err != nil || err2 != nil {
		return 0
	}
	return last.Sub(first).Hours() / 24
}

// reasons counts the reasons of the events, the most frequent first.
func reasons(members []member) []Reason {
	counts := map[string]int{}
	for _, m := range members {
		if m.event {
			counts[m.reason]++
		}
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(countOrFew(counts[b])-countOrFew(counts[a]), strings.Compare(a, b))
	})
	all := []Reason{}
	for _, name := range names {
		reason := Reason{Reason: name, Count: counts[name]}
		if reason.Count < Few {
			reason.Count, reason.FewerThan = 0, Few
		}
		all = append(all, reason)
	}
	return all
}

// countOrFew hides which of two small counts is larger, also in the order.
func countOrFew(n int) int {
	if n < Few {
		return 0
	}
	return n
}

// groups returns the figures by sex, by age and by site.
func groups(members []member) []Group {
	all := []Group{}
	for _, by := range []string{"sex", "age", "site"} {
		in := map[string][]member{}
		for _, m := range members {
			in[m.by[by]] = append(in[m.by[by]], m)
		}
		for _, label := range slices.SortedFunc(maps.Keys(in), func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) }) {
			all = append(all, Group{by, label, figures(in[label])})
		}
	}
	return all
}

// rank orders the bands of ages, and puts what is unknown last.
func rank(label string) int {
	for i, band := range ages {
		if band.label == label {
			return i
		}
	}
	if label == unknown {
		return len(ages)
	}
	return 0
}

// perSiteAndMonth counts the alerts that were opened.
func perSiteAndMonth(alerts []Opened) []SiteMonth {
	counts := map[[2]string]int{}
	for _, a := range alerts {
		counts[[2]string{a.Day[:len("2026-01")], cmp.Or(a.Site, unknown)}]++
	}
	all := []SiteMonth{}
	for _, key := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	}) {
		m := SiteMonth{Site: key[1], Month: key[0], count: counts[key]}
		if m.Alerts = m.count; m.count < Few {
			m.Alerts, m.FewerThan = 0, Few
		}
		all = append(all, m)
	}
	return all
}
