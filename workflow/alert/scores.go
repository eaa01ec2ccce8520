package alert

import (
	"cmp"
	"math"
	"slices"

	"clinical-risk-pipeline/workflow/trial"
)

// The metrics of a run's scores in CloudWatch. They are counts and shares: no metric is of a subject.
const (
	MetricNamespace = "ClinicalRisk"
	TrialDimension  = "Trial"
	ModelDimension  = "Model"

	ScoredMetric    = "Scored"              // subjects with a score
	NotScoredMetric = "NotScored"           // subjects without one
	HighMetric      = "AtHighRisk"          // of the scored
	ShareMetric     = "ShareAtHighRisk"     // of the scored, 0 to 1
	JumpMetric      = "ShareAtHighRiskJump" // 1 if the share differs from those of the runs before by more than the trial's file allows, 0 if not
	TenthMetric     = "ScoresFrom0"         // with a digit after it: the scores from 0.0, 0.1, … on
)

// Tenths are how many ranges the scores are counted in.
const Tenths = 10

// ScoresKey returns the sort key of the scores of a model's last runs.
func ScoresKey(model string) string { return "SCORES#" + model }

// Scores are the scores of a run, as counts.
type Scores struct {
	Cut       string      `json:"cut"`
	Execution string      `json:"execution"`
	Scored    int         `json:"scored"`
	High      int         `json:"high"` // of the scored
	NotScored int         `json:"notScored"`
	Tenths    [Tenths]int `json:"tenths"` // of the scored: from 0 to below 0.1, …, from 0.9 to 1
}

// Count counts a score.
func (s *Scores) Count(score float64, high bool) {
	s.Scored++
	if high {
		s.High++
	}
	s.Tenths[min(max(int(score*Tenths), 0), Tenths-1)]++
}

// Share returns the share at high risk, and false if nobody has a score.
func (s *Scores) Share() (float64, bool) {
	if s.Scored == 0 {
		return 0, false
	}
	return float64(s.High) / float64(s.Scored), true
}

// Recent are the scores of a model's last runs, in the order of their data cuts. The registry keeps them.
type Recent struct {
	Runs []Scores `json:"runs"`
}

// With returns the runs with another one. A run that was there before takes its own place.
func (r Recent) With(s Scores) Recent {
	runs := slices.DeleteFunc(slices.Clone(r.Runs), func(known Scores) bool { return known.Cut == s.Cut })
	runs = append(runs, s)
	slices.SortFunc(runs, func(a, b Scores) int { return cmp.Compare(a.Cut, b.Cut) })
	return Recent{runs[max(len(runs)-trial.MostJumpRuns-1, 0):]}
}

// rounding is how far two shares may be apart and still be the same to arithmetic.
const rounding = 1e-9

// Jumps compares the share at high risk of a run with the mean share of the runs before it. judged is false where nobody can say: the
// trial's file has no limit, the run has too few scores, or there are too few runs before.
func (r Recent) Jumps(s Scores, limits *trial.Outcomes) (jumps, judged bool) {
	share, scored := s.Share()
	if !scored || limits == nil || limits.HighRiskJump == nil || s.Scored < limits.MinimumSubjects {
		return false, false
	}
	var before []float64
	for _, run := range r.Runs {
		if known, scored := run.Share(); scored && run.Cut < s.Cut {
			before = append(before, known)
		}
	}
	before = before[max(len(before)-limits.HighRiskJump.Runs, 0):]
	if len(before) < trial.LeastJumpRuns {
		return false, false
	}
	sum := 0.0
	for _, known := range before {
		sum += known
	}
	return math.Abs(share-sum/float64(len(before))) > limits.HighRiskJump.By+rounding, true
}
