package labels

import (
	"cmp"
	"fmt"
	"slices"
)

// Comparison compares the scores of a run with known outcomes. Dropouts are the events.
type Comparison struct {
	File     string `json:"file"`
	Compared int    `json:"compared"` // subjects with a score and an outcome
	Events   int    `json:"events"`   // of these, dropouts

	// AUC is the probability that a dropout has a higher score than another subject, from 0 to 1; a tie counts half. Null without
	// both kinds of subjects.
	AUC *float64 `json:"auc"`
	// Brier is the mean squared difference of score and outcome, from 0 to 1, lower is better. Null if no subject is compared.
	Brier *float64 `json:"brier"`
	// BaseRateBrier is the Brier score of a model that gives everybody the share of dropouts.
	BaseRateBrier *float64 `json:"baseRateBrier"`

	TruePositive  int `json:"truePositive"`  // high risk, and a dropout
	FalsePositive int `json:"falsePositive"` // high risk, and no dropout
	FalseNegative int `json:"falseNegative"` // low risk, and a dropout
	TrueNegative  int `json:"trueNegative"`  // low risk, and no dropout

	NotScored      int `json:"notScored"`      // with an outcome, without a score
	WithoutOutcome int `json:"withoutOutcome"` // with a score, without an outcome
	NotInRun       int `json:"notInRun"`       // outcomes of subjects that are not in the run
}

// Compare compares what was added.
func (l *Labels) Compare() *Comparison {
	c := &Comparison{File: l.Name, Compared: len(l.scored), NotScored: l.lost, WithoutOutcome: l.unknown, NotInRun: len(l.outcomes) - l.seen}
	squares := 0.0
	for _, s := range l.scored {
		target := 0.0
		switch {
		case s.outcome && s.high:
			c.TruePositive++
		case s.outcome:
			c.FalseNegative++
		case s.high:
			c.FalsePositive++
		default:
			c.TrueNegative++
		}
		if s.outcome {
			c.Events++
			target = 1
		}
		squares += (s.score - target) * (s.score - target)
	}
	if n := float64(c.Compared); n > 0 {
		brier, rate := squares/n, float64(c.Events)/n
		base := rate * (1 - rate)
		c.Brier, c.BaseRateBrier = &brier, &base
	}
	c.AUC = l.auc(c.Events)
	return c
}

// auc is the statistic of Mann and Whitney: the mean rank of the events, with middle ranks for ties.
func (l *Labels) auc(events int) *float64 {
	others := len(l.scored) - events
	if events == 0 || others == 0 {
		return nil
	}
	ordered := slices.SortedFunc(slices.Values(l.scored), func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	ranks := 0.0
	for first := 0; first < len(ordered); {
		last, tied := first, 0
		for last < len(ordered) && ordered[last].score == ordered[first].score {
			if ordered[last].outcome {
				tied++
			}
			last++
		}
		ranks += float64(tied) * float64(first+1+last) / 2
		first = last
	}
	auc := (ranks - float64(events)*float64(events+1)/2) / (float64(events) * float64(others))
	return &auc
}

// Words describes the comparison for a terminal, a line each.
func (c *Comparison) Words() []string {
	if c.Compared == 0 {
		return []string{fmt.Sprintf("No subject has both a score and an outcome in %s: %d outcomes are of subjects that are not in the run", c.File, c.NotInRun)}
	}
	lines := []string{fmt.Sprintf("%d compared, %d dropped out: AUC %s, Brier %s (%s for always the base rate)",
		c.Compared, c.Events, Figure(c.AUC), Figure(c.Brier), Figure(c.BaseRateBrier))}
	lines = append(lines, fmt.Sprintf("At the threshold: %d dropouts found, %d missed; %d false alarms, %d others", c.TruePositive, c.FalseNegative, c.FalsePositive, c.TrueNegative))
	if c.NotScored+c.WithoutOutcome+c.NotInRun > 0 {
		lines = append(lines, fmt.Sprintf("Not compared: %d without a score, %d without an outcome, %d outcomes of subjects that are not in the run", c.NotScored, c.WithoutOutcome, c.NotInRun))
	}
	return lines
}

// Figure formats a figure with three decimals, "–" for one that is not defined.
func Figure(x *float64) string {
	if x == nil {
		return "–"
	}
	return fmt.Sprintf("%.3f", *x)
}
