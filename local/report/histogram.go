package report

import (
	"fmt"
	"math"
	"strconv"

	"clinical-risk-pipeline/local/outcome"
)

// bins is the number of bins, each 0.05 wide. A bin includes its upper end, because a score at the threshold does not alert. The
// first bin also includes 0.
const bins = 20

// histogram counts scores by bin and decision.
type histogram struct{ low, high [bins]int }

func (h *histogram) add(score float64, decision outcome.Decision) {
	bin := min(max(int(math.Ceil(score*bins-1e-9))-1, 0), bins-1)
	if decision == outcome.HighRisk {
		h.high[bin]++
	} else {
		h.low[bin]++
	}
}

// The dimensions of the chart, in the units of its view box.
const (
	chartLeft   = 44.0
	chartTop    = 34.0
	chartWidth  = 690.0
	chartHeight = 200.0
)

// chart is the layout of the histogram.
type chart struct {
	Bars       []bar
	Lines      []gridLine // horizontal, with their counts
	Ticks      []tick     // along the scores
	Threshold  float64    // the position of the threshold; 0 if it is unknown
	Label      string     // the threshold as text
	LabelEnd   bool       // whether the label is to the left of the line
	Left       float64
	Right      float64
	Top        float64
	Bottom     float64
	Count      int
	HighestBin int
}

type bar struct {
	From, To          string
	Low, High         int
	X, Width          float64
	LowY, LowHeight   float64
	HighY, HighHeight float64
	LabelX, LabelY    float64
}

type gridLine struct {
	Y     float64
	Count int
}

type tick struct {
	X     float64
	Score string
}

// Total is the number of scores in the bar.
func (b bar) Total() int { return b.Low + b.High }

func (h *histogram) chart(threshold float64, known bool) chart {
	c := chart{Left: chartLeft, Right: chartLeft + chartWidth, Top: chartTop, Bottom: chartTop + chartHeight}
	for i := range bins {
		c.Count += h.low[i] + h.high[i]
		c.HighestBin = max(c.HighestBin, h.low[i]+h.high[i])
	}
	step := gridStep(c.HighestBin)
	top := max((c.HighestBin+step-1)/step*step, step)
	scale := func(count int) float64 { return round(chartHeight * float64(count) / float64(top)) }
	for count := 0; count <= top; count += step {
		c.Lines = append(c.Lines, gridLine{c.Bottom - scale(count), count})
	}
	for i := range bins {
		b := bar{From: formatBin(i), To: formatBin(i + 1), Low: h.low[i], High: h.high[i]}
		b.X, b.Width = round(c.Left+chartWidth*float64(i)/bins+1.5), chartWidth/bins-3
		b.LowHeight, b.HighHeight = scale(b.Low), scale(b.High)
		b.LowY = c.Bottom - b.LowHeight
		b.HighY = b.LowY - b.HighHeight
		b.LabelX, b.LabelY = round(b.X+b.Width/2), b.HighY-5
		c.Bars = append(c.Bars, b)
	}
	for i := 0; i <= bins; i += 5 {
		c.Ticks = append(c.Ticks, tick{round(c.Left + chartWidth*float64(i)/bins), formatBin(i)})
	}
	if known {
		c.Threshold, c.Label, c.LabelEnd = round(c.Left+chartWidth*threshold), formatExact(threshold), threshold > 0.6
	}
	return c
}

// gridStep returns 1, 2 or 5 times a power of ten, so that the chart has at most five lines above zero.
func gridStep(highest int) int {
	for power := 1; ; power *= 10 {
		for _, step := range []int{power, 2 * power, 5 * power} {
			if step*5 >= highest {
				return step
			}
		}
	}
}

func formatBin(i int) string { return strconv.FormatFloat(float64(i)/bins, 'f', 2, 64) }

func round(x float64) float64 { return math.Round(x*100) / 100 }

// Describe describes the chart for readers who cannot see it.
func (c chart) Describe() string {
	text := fmt.Sprintf("Histogram of %s in bins of 0.05", plural(c.Count, "score", "scores"))
	if c.Threshold > 0 {
		text += ", with a line at the threshold " + c.Label
	}
	return text + "; the figures follow as a table."
}
