package outcomes

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

// story collects scores, alerts and outcomes.
type story struct {
	record   outcome.Record
	gathered Gathered
}

func (s *story) add(id, site, sex string, age, risk float64, day string, treatment, study outcome.End) {
	if day != "" {
		s.gathered.First[id] = &Score{Site: site, Risk: risk, Day: day, Sex: sex, Age: &age}
	}
	s.record.Subjects = append(s.record.Subjects, outcome.Subject{Subject: id, Site: site, Treatment: treatment, Study: study})
}

func (s *story) alert(id, site, day, model string) {
	s.gathered.Alerts = append(s.gathered.Alerts, Opened{id, site, day, model})
}

var (
	ongoing   = outcome.End{Status: outcome.Ongoing}
	completed = outcome.End{Status: outcome.Completed, Date: "2026-05-30"}
)

func left(day string) outcome.End {
	return outcome.End{Status: outcome.Discontinued, Reason: "ADVERSE EVENT", Date: day}
}

// told is a story whose figures are worked out by hand: 10 of 40 discontinued, with a score of 0.4; of the others, 10 have 0.4 and 20 have 0.1.
// The first six got an alert 10, 20, …, 60 days before.
func told() *story {
	s := &story{record: outcome.Record{TrialID: "SYN-AD-402", AsOf: "2026-05-31", Supersedes: []string{}}, gathered: Gathered{First: map[string]*Score{}}}
	const first = "2026-02-01"
	for i := range 10 {
		end := left("2026-05-01")
		if i >= 8 {
			end.Reason = "PROTOCOL DEVIATION"
		}
		s.add(fmt.Sprintf("E-%d", i), "S01", "F", 70, 0.4, first, end, ongoing)
	}
	for i, day := range []string{"2026-04-21", "2026-04-11", "2026-04-01", "2026-03-22", "2026-03-12", "2026-03-02"} {
		s.alert(fmt.Sprintf("E-%d", i), "S01", day, "dropout-risk")
	}
	s.alert("E-0", "S01", "2026-04-25", "dropout-risk")  // a later one of the same subject
	s.alert("E-6", "S01", "2026-05-01", "dropout-risk")  // on the day of the event: too late
	s.alert("E-7", "S01", "2026-03-01", "earlier-model") // of another model
	s.alert("C-0", "S02", "2026-03-01", "dropout-risk")  // it did not come true
	for i := range 10 {
		s.add(fmt.Sprintf("C-%d", i), "S02", "M", 64.9, 0.4, first, completed, completed)
	}
	for i := range 20 {
		s.add(fmt.Sprintf("L-%02d", i), "S02", "M", 75, 0.1, first, completed, completed)
	}
	for i := range 3 {
		s.add(fmt.Sprintf("R-%d", i), "S03", "F", 90, 0.9, first, ongoing, ongoing)
	}
	s.add("A-0", "S03", "F", 90, 0.9, "2026-03-01", left("2026-03-01"), ongoing) // scored on the day of the end
	s.add("A-1", "S03", "F", 90, 0.9, "2026-03-02", left("2026-03-01"), ongoing) // and after it
	s.add("N-0", "S03", "F", 90, 0, "", left("2026-03-01"), ongoing)             // never scored
	s.gathered.First["U-0"] = &Score{Risk: 0.9, Day: first}                      // without a line
	return s
}

// Requirements: SRC-25
func TestTheFiguresOfAStory(t *testing.T) {
	s := told()
	r := Compare(example402(t), &s.record, &s.gathered)
	p := r.Parts[0]
	counts := []int{p.Compared, p.Events, p.Censored, p.After, p.Unscored, p.Unknown}
	if p.Outcome != outcome.Treatment || !slices.Equal(counts, []int{40, 10, 3, 2, 1, 1}) {
		t.Errorf("the counts are %v", counts)
	}
	near(t, "expected", p.Expected, 0.25)
	near(t, "observed", p.Observed.Share, 0.25)
	near(t, "observed by expected", p.ObservedToExpected.Value, 1)
	near(t, "Brier", p.Brier, (10*0.36+10*0.16+20*0.01)/40)
	near(t, "Brier of the observed share", p.BaseBrier, 0.25*0.75)
	near(t, "AUC", p.AUC, (0.5*10+20)/30)
	near(t, "flagged", p.Flagged.Share, 0.5)
	near(t, "PPV", p.PPV.Share, 0.5)
	near(t, "PPV, low", p.PPV.Low, 0.2993) // 10 of 20: 0.5 ± √(0.0125 + 0.0024010)·1.96/1.19207
	near(t, "PPV, high", p.PPV.High, 0.7007)
	near(t, "sensitivity", p.Sensitivity.Share, 1)
	near(t, "alerted before", p.Lead.Alerted.Share, 0.6)
	near(t, "lower quartile", p.Lead.Lower, 22.5)
	near(t, "median", p.Lead.Median, 35)
	near(t, "upper quartile", p.Lead.Upper, 47.5)
	if diff := cmp.Diff([]Reason{{Reason: "ADVERSE EVENT", Count: 8}, {Reason: "PROTOCOL DEVIATION", FewerThan: 5}}, p.Reasons); diff != "" {
		t.Error(diff)
	}
}

// Who discontinued the treatment and is still in the study is censored for the study.
//
// Requirements: SRC-25
func TestTheTwoOutcomesAreApart(t *testing.T) {
	s := told()
	study := Compare(example402(t), &s.record, &s.gathered).Parts[1]
	if study.Outcome != outcome.Study || study.Compared != 30 || study.Events != 0 || study.Censored != 15 || study.After != 0 {
		t.Errorf("got %+v", study)
	}
	if study.AUC != nil || study.Slope.Value != nil || study.Sensitivity.FewerThan != 5 || study.Lead.FewerThan != 5 {
		t.Errorf("figures that are not defined: %+v", study)
	}
}

// Requirements: SRC-25
func TestGroupsAndSmallCells(t *testing.T) {
	s := told()
	s.add("X-0", "S04", "U", 40, 0.4, "2026-02-01", left("2026-05-01"), ongoing)
	s.gathered.First["X-0"].Age = nil
	r := Compare(example402(t), &s.record, &s.gathered)
	got := map[string]string{}
	var order []string
	for _, g := range r.Parts[0].Groups {
		name := g.By + " " + g.Label
		order = append(order, name)
		got[name] = "few"
		if g.PPV.Share != nil {
			got[name] = fmt.Sprintf("%d, PPV %.2f", g.Observed.Of, *g.PPV.Share)
		} else if g.Observed.Share != nil {
			got[name] = fmt.Sprintf("%d", g.Observed.Of)
		} else if g.Expected != nil || g.ObservedToExpected.Value != nil {
			t.Errorf("%s is small, and has figures: %+v", name, g)
		}
	}
	if diff := cmp.Diff(map[string]string{
		"sex female": "10, PPV 1.00", "sex male": "30, PPV 0.00", "sex unknown": "few", "age under 65": "10, PPV 0.00", "age 65 to 74": "10, PPV 1.00",
		"age 75 to 84": "20", "age unknown": "few", "site S01": "10, PPV 1.00", "site S02": "30, PPV 0.00", "site S04": "few",
	}, got); diff != "" {
		t.Error(diff)
	}
	if want := []string{"sex female", "sex male", "sex unknown", "age under 65", "age 65 to 74", "age 75 to 84", "age unknown", "site S01", "site S02", "site S04"}; !slices.Equal(order, want) {
		t.Errorf("the order is %v", order)
	}
	if diff := cmp.Diff([]string{"2026-03 S01 few", "2026-03 S02 few", "2026-04 S01 few", "2026-05 S01 few"}, months(r)); diff != "" {
		t.Error(diff)
	}
	for i := range 4 {
		s.alert(fmt.Sprintf("Y-%d", i), "S02", "2026-03-31", "dropout-risk")
	}
	if got := months(Compare(example402(t), &s.record, &s.gathered)); got[1] != "2026-03 S02 5" {
		t.Errorf("got %v", got)
	}
}

func months(r *Report) []string {
	var all []string
	for _, m := range r.Alerts {
		count := fmt.Sprint(m.Alerts)
		if m.FewerThan > 0 {
			count = "few"
		}
		all = append(all, m.Month+" "+m.Site+" "+count)
	}
	return all
}

// verdicts returns the verdicts of the limits that are set.
func verdicts(t *testing.T, limits *trial.Outcomes, change func(*story)) map[string]Verdict {
	t.Helper()
	s := told()
	for day := 1; day <= 4; day++ {
		s.gathered.Runs = append(s.gathered.Runs, alert.Scores{Cut: fmt.Sprintf("2026-05-%02d", day), Scored: 100, High: 10})
	}
	if change != nil {
		change(s)
	}
	registered := *example402(t)
	registered.Outcomes = limits
	got := map[string]Verdict{}
	r := Compare(&registered, &s.record, &s.gathered)
	broken := 0
	for _, l := range r.Limits {
		got[l.Name] = l.Verdict
		if l.Verdict == Broken {
			broken++
		}
		if (l.Verdict == Holds) != (l.Why == "") {
			t.Errorf("%+v", l)
		}
	}
	if len(r.Broken()) != broken {
		t.Errorf("%d limits are broken, %v", broken, r.Broken())
	}
	return got
}

// Requirements: SRC-25
func TestLimits(t *testing.T) {
	strict := func() *trial.Outcomes {
		return &trial.Outcomes{
			Predicts: trial.OfTreatment, MinimumSubjects: 20, MinimumPPV: 0.5, ObservedToExpected: &trial.Range{From: 0.9, To: 1.1}, Slope: &trial.Range{From: 0.1, To: 50},
			MostAlerts: 4, HighRiskJump: &trial.Jump{By: 0.05, Runs: 7},
		}
	}
	all := func(v Verdict) map[string]Verdict {
		return map[string]Verdict{"minimumPPV": v, "observedToExpected": v, "slope": v, "mostAlerts": v, "highRiskJump": v}
	}
	for reason, row := range map[string]struct {
		limits func(o *trial.Outcomes)
		change func(s *story)
		want   func(map[string]Verdict)
	}{
		"all hold, the slope of a score that divides is not defined": {nil, nil, func(w map[string]Verdict) { w["slope"] = NotJudged }},
		"too low a share":      {func(o *trial.Outcomes) { o.MinimumPPV = 0.51 }, nil, func(w map[string]Verdict) { w["minimumPPV"], w["slope"] = Broken, NotJudged }},
		"too few at high risk": {func(o *trial.Outcomes) { o.MinimumSubjects = 21 }, nil, func(w map[string]Verdict) { w["minimumPPV"], w["slope"] = NotJudged, NotJudged }},
		"too few subjects": {func(o *trial.Outcomes) { o.MinimumSubjects = 41 }, nil, func(w map[string]Verdict) {
			w["minimumPPV"], w["observedToExpected"], w["slope"] = NotJudged, NotJudged, NotJudged
		}},
		"a few early ends at a low score, and a slope": {nil, func(s *story) {
			for i := range 5 {
				s.add(fmt.Sprintf("Z-%d", i), "S01", "F", 70, 0.1, "2026-02-01", left("2026-05-01"), ongoing)
			}
		}, func(w map[string]Verdict) { w["observedToExpected"] = Broken }},
		"a slope outside": {func(o *trial.Outcomes) { o.Slope = &trial.Range{From: 0.9, To: 1.1} }, func(s *story) {
			s.add("Z-0", "S01", "F", 70, 0.1, "2026-02-01", left("2026-05-01"), ongoing)
		}, func(w map[string]Verdict) { w["slope"] = Broken }},
		"too many alerts at a site": {func(o *trial.Outcomes) { o.MostAlerts = 3 }, nil, func(w map[string]Verdict) { w["mostAlerts"], w["slope"] = Broken, NotJudged }},
		"a jump":                    {nil, func(s *story) { s.gathered.Runs[3].High = 16 }, func(w map[string]Verdict) { w["highRiskJump"], w["slope"] = Broken, NotJudged }},
		"no run":                    {nil, func(s *story) { s.gathered.Runs = nil }, func(w map[string]Verdict) { w["highRiskJump"], w["slope"] = NotJudged, NotJudged }},
		"the scores are about the study": {func(o *trial.Outcomes) { o.Predicts = trial.OfStudy }, nil, func(w map[string]Verdict) {
			w["minimumPPV"], w["observedToExpected"], w["slope"] = NotJudged, Broken, NotJudged
		}},
	} {
		limits, want := strict(), all(Holds)
		if row.limits != nil {
			row.limits(limits)
		}
		row.want(want)
		if diff := cmp.Diff(want, verdicts(t, limits, row.change)); diff != "" {
			t.Errorf("%s: %s", reason, diff)
		}
	}
	if got := verdicts(t, nil, nil); len(got) != 0 {
		t.Errorf("without limits: %v", got)
	}
}

// The page, the tables and the JSON have the same figures, and nothing about a subject.
//
// Requirements: SRC-25
func TestTheFilesOfAReport(t *testing.T) {
	s := told()
	s.gathered.Runs = []alert.Scores{{Cut: "2026-05-01", Execution: "arn:x", Scored: 40, High: 20}}
	s.gathered.Alerts[0].Site = "=cmd|<b>"
	s.record.Subjects[0].Treatment.Reason = "<script>alert(1)</script>"
	r := Compare(example402(t), &s.record, &s.gathered)
	dir := filepath.Join(t.TempDir(), "page")
	for range 2 { // a report takes the place of an earlier one
		if err := r.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 5 {
		t.Errorf("got %v, %v", entries, err)
	}
	for _, entry := range entries {
		body, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		text := string(body)
		for subject := range s.gathered.First {
			if strings.Contains(text, subject) {
				t.Errorf("%s names the subject %s", entry.Name(), subject)
			}
		}
		if entry.Name() == PageFile && strings.Contains(text, "<script>") || strings.HasSuffix(entry.Name(), ".csv") && (strings.Contains(text, "\n=") || strings.Contains(text, ",=")) {
			t.Errorf("%s has text of others that a program obeys", entry.Name())
		}
	}
	body, err := os.ReadFile(filepath.Join(dir, PageFile))
	if err != nil {
		t.Fatal(err)
	}
	page := string(body)
	for _, want := range []string{
		"40 subjects compared", "(10) or completed (30)", "3 still running, 2 first scored when it was over, 1 never scored", "35.00 days", "PROTOCOL DEVIATION: fewer than 5",
		`<html lang="en">`, `name="viewport"`, "prefers-color-scheme: dark", "@media print", `role="img"`, "10 of 20",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	if strings.Contains(page, "src=") || strings.Contains(page, "ZgotmplZ") {
		t.Error("the page needs something else, or has a value that was refused")
	}
	text, err := os.ReadFile(filepath.Join(dir, JSONFile))
	if err != nil {
		t.Fatal(err)
	}
	var read Report
	if err := strictjson.UnmarshalKnown(text, &read); err != nil || *read.Parts[0].PPV.Share != 0.5 || read.Parts[1].Sensitivity.FewerThan != 5 {
		t.Errorf("got %+v, %v", read, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(dir); err == nil || !strings.Contains(err.Error(), "files that are no report") {
		t.Errorf("got %v", err)
	}
}

func TestAReportOfNobody(t *testing.T) {
	r := Compare(example402(t), &outcome.Record{Supersedes: []string{}}, &Gathered{First: map[string]*Score{}})
	page, err := r.Page()
	if err != nil || !strings.Contains(string(page), "No alert was opened.") || !strings.Contains(string(page), "There is no run.") || strings.Contains(string(page), "NaN") {
		t.Errorf("got %v, %s", err, page)
	}
}
