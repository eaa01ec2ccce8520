package outcomes

import (
	"cmp"
	"math"
	"slices"
)

// z is the quantile of the normal distribution for intervals of 95 %.
const z = 1.959963984540054

// Few is the number of subjects below which a cell has no figure.
const Few = 5

// Share is a share of subjects, with Wilson's interval of 95 %. With fewer than Few subjects, it says only that.
type Share struct {
	Of        int      `json:"of,omitempty"`    // the subjects
	Count     int      `json:"count,omitempty"` // of these
	Share     *float64 `json:"share"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	FewerThan int      `json:"fewerThan,omitempty"`
}

// shareOf returns the share of count in of.
func shareOf(count, of int) Share {
	if of < Few {
		return Share{FewerThan: Few}
	}
	value := float64(count) / float64(of)
	low, high := wilson(count, of)
	return Share{of, count, &value, &low, &high, 0}
}

// wilson returns the score interval of Wilson (1927) for a share.
func wilson(count, of int) (low, high float64) {
	n, p := float64(of), float64(count)/float64(of)
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max((middle-half)/(1+z*z/n), 0), min((middle+half)/(1+z*z/n), 1)
}

// Estimate is a figure with its interval of 95 %. It has no value where it is not defined.
type Estimate struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// scored is a score and what became of the subject.
type scored struct {
	score float64
	event bool
}

// observedToExpected divides the number of events by the number that the scores expected. Its interval is that of the logarithm: Debray et
// al. (2017), A guide to systematic review and meta-analysis of prediction model performance.
func observedToExpected(all []scored) Estimate {
	events, expected := 0.0, 0.0
	for _, s := range all {
		expected += s.score
		if s.event {
			events++
		}
	}
	if expected == 0 {
		return Estimate{}
	}
	ratio := events / expected
	if events == 0 {
		return Estimate{Value: &ratio}
	}
	half := z * math.Sqrt((1-events/float64(len(all)))/events)
	low, high := ratio*math.Exp(-half), ratio*math.Exp(half)
	return Estimate{&ratio, &low, &high}
}

// edge keeps scores of 0 and 1 from infinite log odds.
const edge = 1e-6

func logOdds(score float64) float64 {
	p := min(max(score, edge), 1-edge)
	return math.Log(p / (1 - p))
}

// The steps of Newton's method, and when it has arrived.
const (
	mostSteps = 50
	arrived   = 1e-9
)

// slope returns the slope of the calibration: of the logistic regression of the events on the log odds of the scores. 1 is right; less than
// 1: the scores are too far apart. It is not defined where all subjects have the same score or the same outcome, and where a score divides
// those with an event from the others.
func slope(all []scored) Estimate {
	intercept, gradient := 0.0, 1.0
	for range mostSteps {
		var g0, g1, h00, h01, h11 float64
		for _, s := range all {
			x := logOdds(s.score)
			p := 1 / (1 + math.Exp(-intercept-gradient*x))
			y := 0.0
			if s.event {
				y = 1
			}
			w := p * (1 - p)
			g0, g1 = g0+y-p, g1+(y-p)*x
			h00, h01, h11 = h00+w, h01+w*x, h11+w*x*x
		}
		determinant := h00*h11 - h01*h01
		if !(determinant > arrived*max(h00*h11, arrived)) {
			return Estimate{}
		}
		step0, step1 := (h11*g0-h01*g1)/determinant, (h00*g1-h01*g0)/determinant
		intercept, gradient = intercept+step0, gradient+step1
		if math.Abs(step0)+math.Abs(step1) < arrived {
			half := z * math.Sqrt(h00/determinant)
			low, high := gradient-half, gradient+half
			return Estimate{&gradient, &low, &high}
		}
	}
	return Estimate{}
}

// Bin is a group of subjects with scores next to each other.
type Bin struct {
	From     *float64 `json:"from"` // the lowest score
	To       *float64 `json:"to"`   // the highest one
	Expected *float64 `json:"expected"`
	Observed Share    `json:"observed"`
}

// The bins of a calibration: ten with as many subjects each, fewer where a bin would have less than 20.
const (
	mostBins = 10
	perBin   = 20
)

// bins returns the bins of the subjects, in the order of their scores. Subjects with the same score are in one bin.
func bins(all []scored) []Bin {
	ordered := slices.SortedFunc(slices.Values(all), func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	count := min(max(len(ordered)/perBin, 1), mostBins)
	var bins []Bin
	first := 0
	for i := 1; i <= count; i++ {
		end := len(ordered) * i / count
		for end > 0 && end < len(ordered) && ordered[end].score == ordered[end-1].score {
			end++
		}
		if end > first {
			bins = append(bins, binOf(ordered[first:end]))
			first = end
		}
	}
	return bins
}

func binOf(ordered []scored) Bin {
	events, sum := 0, 0.0
	for _, s := range ordered {
		sum += s.score
		if s.event {
			events++
		}
	}
	bin := Bin{Observed: shareOf(events, len(ordered))}
	if bin.Observed.Share != nil {
		mean := sum / float64(len(ordered))
		bin.From, bin.To, bin.Expected = &ordered[0].score, &ordered[len(ordered)-1].score, &mean
	}
	return bin
}

// quantile returns a quantile of ordered values, between the two nearest ones in proportion (type 7 of Hyndman and Fan).
func quantile(ordered []float64, q float64) float64 {
	at := q * float64(len(ordered)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(ordered)-1)
	return ordered[low] + (at-float64(low))*(ordered[high]-ordered[low])
}
