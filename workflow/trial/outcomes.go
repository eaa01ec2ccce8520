package trial

import (
	"fmt"
	"maps"
	"math"
	"strconv"

	"clinical-risk-pipeline/internal/document"
)

// Outcomes are limits of what became of the subjects: of the scores once the outcomes are known, of the alerts, and of the scores of a run.
// A limit that is left out does not count.
type Outcomes struct {
	// Predicts is the outcome that the scores are about, and with which limits compare them. Default: treatment.
	Predicts Predicted `json:"predicts"`

	// MinimumSubjects is how many subjects a figure needs before its limit counts, 10 to 100,000. Default: 50.
	MinimumSubjects int `json:"minimumSubjects"`

	// MinimumPPV is the smallest share of the subjects at high risk who then have the outcome. Default: no limit.
	MinimumPPV float64 `json:"minimumPPV,omitempty"`

	// ObservedToExpected is where the number of outcomes, divided by the number that the scores expected, may be. Default: no limit.
	ObservedToExpected *Range `json:"observedToExpected,omitempty"`

	// Slope is where the slope of the calibration may be. Default: no limit.
	Slope *Range `json:"slope,omitempty"`

	// MostAlerts is how many alerts may be opened at a site in a month, 1 to 10,000. Default: no limit.
	MostAlerts int `json:"mostAlerts,omitempty"`

	// HighRiskJump is how far the share at high risk of a run may be from that of the runs before. Default: no limit.
	HighRiskJump *Jump `json:"highRiskJump,omitempty"`
}

// Predicted is an outcome that scores are about.
type Predicted string

// The outcomes that scores can be about.
const (
	OfTreatment Predicted = "treatment" // the subject discontinues the treatment
	OfStudy     Predicted = "study"     // the subject leaves the study
)

// Range is a range around 1, the value of a model that is right.
type Range struct {
	From float64 `json:"from"` // above 0, below 1
	To   float64 `json:"to"`   // above 1, 100 at most
}

// Has reports whether a value is in the range.
func (r Range) Has(value float64) bool { return value >= r.From && value <= r.To }

// Jump compares the share at high risk of a run with the mean of the runs before.
type Jump struct {
	By   float64 `json:"by"`   // the largest difference of the shares, above 0, below 1
	Runs int     `json:"runs"` // how many runs before count, 3 to 30. Default: 7
}

// MostJumpRuns is how many runs before a run can count for a jump. LeastJumpRuns is how many there must be.
const (
	MostJumpRuns  = 30
	LeastJumpRuns = 3
)

// The defaults of the limits of outcomes.
const (
	DefaultMinimumSubjects = 50
	DefaultJumpRuns        = 7
)

// outcomes reads the limits; nil where the file has none.
func (r *reader) outcomes() *Outcomes {
	r.read["outcomes"] = true
	if r.node.Fields["outcomes"] == nil {
		return nil
	}
	o := r.object("outcomes", false)
	defer o.done()
	limits := &Outcomes{
		Predicts:           choice(o, "predicts", OfTreatment, OfTreatment, OfStudy),
		MinimumSubjects:    o.whole("minimumSubjects", 10, 100_000, DefaultMinimumSubjects),
		MinimumPPV:         o.share("minimumPPV"),
		ObservedToExpected: o.around("observedToExpected"),
		Slope:              o.around("slope"),
		MostAlerts:         o.optional("mostAlerts", 1, 10_000),
	}
	if o.node.Fields["highRiskJump"] != nil {
		jump := o.object("highRiskJump", false)
		limits.HighRiskJump = &Jump{jump.risk("by"), jump.whole("runs", LeastJumpRuns, MostJumpRuns, DefaultJumpRuns)}
		jump.done()
	}
	named := maps.Clone(o.node.Fields)
	delete(named, "predicts")
	delete(named, "minimumSubjects")
	if o.node.Kind == document.Object && len(named) == 0 {
		o.add(o.node.Line, "outcomes", "must have at least one limit, or be left out")
	}
	o.read["highRiskJump"] = true
	return limits
}

// share reads a number between 0 and 1 that may be left out: 0.
func (r *reader) share(field string) float64 {
	r.read[field] = true
	if r.node.Fields[field] == nil {
		return 0
	}
	return r.risk(field)
}

// optional reads a whole number that may be left out: 0.
func (r *reader) optional(field string, least, most int) int {
	r.read[field] = true
	if r.node.Fields[field] == nil {
		return 0
	}
	return r.whole(field, least, most, 0)
}

// around reads a range around 1 that may be left out: nil.
func (r *reader) around(field string) *Range {
	r.read[field] = true
	if r.node.Fields[field] == nil {
		return nil
	}
	each := r.object(field, false)
	defer each.done()
	return &Range{each.risk("from"), each.number("to", fmt.Sprintf("must be a number above 1, %d at most", mostRatio), func(x float64) bool { return x > 1 && x <= mostRatio })}
}

// mostRatio is the largest end of a range.
const mostRatio = 100

// number reads a required number that a rule accepts; NaN if it is missing or wrong.
func (r *reader) number(field, rule string, accepts func(float64) bool) float64 {
	n := r.value(field, document.Number, rule, true)
	if n == nil {
		return math.NaN()
	}
	value, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || !accepts(value) {
		r.wrong(field, rule)
		return math.NaN()
	}
	return value
}
