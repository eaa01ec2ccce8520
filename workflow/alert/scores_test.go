package alert

import (
	"fmt"
	"testing"

	"clinical-risk-pipeline/workflow/trial"
)

func TestScoresAreCountedByTenths(t *testing.T) {
	var s Scores
	for _, score := range []float64{0, 0.0999, 0.1, 0.3, 0.95, 1} {
		s.Count(score, score > 0.15)
	}
	if want := [Tenths]int{2, 1, 0, 1, 0, 0, 0, 0, 0, 2}; s.Tenths != want || s.Scored != 6 || s.High != 3 {
		t.Errorf("got %+v", s)
	}
	if share, ok := s.Share(); share != 0.5 || !ok {
		t.Errorf("the share is %v, %v", share, ok)
	}
	if _, ok := (&Scores{}).Share(); ok {
		t.Error("nobody has a share")
	}
}

// run returns the scores of 100 subjects, so many of them at high risk.
func run(day, high int) Scores {
	return Scores{Cut: fmt.Sprintf("2026-03-%02d", day), Scored: 100, High: high}
}

// The mean share of the three runs before is 0.10 where no row says otherwise.
func TestAJumpIsJudgedByTheRunsBefore(t *testing.T) {
	limits := func(by float64, runs int) *trial.Outcomes {
		return &trial.Outcomes{MinimumSubjects: 50, HighRiskJump: &trial.Jump{By: by, Runs: runs}}
	}
	three := []Scores{run(1, 9), run(2, 10), run(3, 11)}
	for reason, row := range map[string]struct {
		before        []Scores
		now           Scores
		limits        *trial.Outcomes
		jumps, judged bool
	}{
		"the mean":                       {three, run(4, 10), limits(0.1, 7), false, true},
		"as far as is allowed":           {three, run(4, 20), limits(0.1, 7), false, true},
		"further":                        {three, run(4, 21), limits(0.1, 7), true, true},
		"down":                           {three, run(4, 0), limits(0.09, 7), true, true},
		"two runs are too few":           {three[:2], run(4, 90), limits(0.1, 7), false, false},
		"only the last runs count":       {append([]Scores{run(1, 90), run(1, 90)}, run(2, 10), run(2, 10), run(3, 10)), run(4, 21), limits(0.1, 3), true, true},
		"a repetition of a run":          {append(three, run(4, 90)), run(4, 15), limits(0.1, 7), false, true},
		"too few subjects":               {three, Scores{Cut: "2026-03-04", Scored: 49, High: 49}, limits(0.1, 7), false, false},
		"nobody has a score":             {three, Scores{Cut: "2026-03-04"}, limits(0.1, 7), false, false},
		"a run before without any score": {append(three[:2:2], Scores{Cut: "2026-03-03"}), run(4, 90), limits(0.1, 7), false, false},
		"no limit":                       {three, run(4, 90), &trial.Outcomes{MinimumSubjects: 50}, false, false},
		"no limits in the trial's file":  {three, run(4, 90), nil, false, false},
	} {
		if jumps, judged := (Recent{row.before}).Jumps(row.now, row.limits); jumps != row.jumps || judged != row.judged {
			t.Errorf("%s: got %v, %v", reason, jumps, judged)
		}
	}
}

func TestTheRegistryKeepsTheLastRuns(t *testing.T) {
	var r Recent
	for day := 1; day <= 31; day++ {
		r = r.With(run(day, 1))
	}
	r = r.With(run(31, 2)).With(Scores{Cut: "2026-04-01"})
	if n := len(r.Runs); n != trial.MostJumpRuns+1 || r.Runs[0].Cut != "2026-03-02" || r.Runs[n-2].High != 2 || r.Runs[n-1].Cut != "2026-04-01" {
		t.Errorf("got %d runs: %+v", n, r.Runs)
	}
}
