package report

import (
	"math"
	"testing"

	"clinical-risk-pipeline/local/outcome"
)

func TestBins(t *testing.T) {
	for _, c := range []struct {
		reason string
		score  float64
		bin    int
	}{
		{"the first bin includes zero", 0, 0},
		{"a bin includes its upper end", 0.05, 0},
		{"a bin excludes its lower end", math.Nextafter(0.05, 1) + 1e-9, 1},
		{"the threshold does not alert", 0.75, 14},
		{"just above the threshold", 0.7500001, 15},
		{"a rounding error", 0.1 + 0.2, 5},
		{"one", 1, 19},
	} {
		var h histogram
		h.add(c.score, outcome.LowRisk)
		if h.low[c.bin] != 1 {
			t.Errorf("%s: %v is not in bin %d: %v", c.reason, c.score, c.bin, h.low)
		}
	}
}

func TestChart(t *testing.T) {
	var h histogram
	for range 7 {
		h.add(0.12, outcome.LowRisk)
	}
	h.add(0.74, outcome.LowRisk)
	h.add(0.74, outcome.HighRisk) // a pipeline with a threshold within the bin
	c := h.chart(0.75, true)
	if c.Count != 9 || len(c.Bars) != bins || c.Threshold != chartLeft+0.75*chartWidth || c.Label != "0.75" {
		t.Errorf("chart %+v", c)
	}
	tall, mixed := c.Bars[2], c.Bars[14]
	if tall.From != "0.10" || tall.To != "0.15" || tall.Low != 7 || tall.LowY+tall.LowHeight != c.Bottom || tall.LowY < c.Top {
		t.Errorf("the tallest bar %+v is not between top and bottom", tall)
	}
	if mixed.Total() != 2 || mixed.HighY+mixed.HighHeight != mixed.LowY || mixed.LowHeight != mixed.HighHeight {
		t.Errorf("the mixed bar %+v does not stack its parts", mixed)
	}
	last := c.Lines[len(c.Lines)-1]
	if last.Count != 8 || last.Y != c.Top {
		t.Errorf("the highest line %+v, want 8 at the top", last)
	}
	if empty := (&histogram{}).chart(0, false); empty.Count != 0 || empty.Threshold != 0 {
		t.Errorf("chart without scores: %+v", empty)
	}
}

func TestGridSteps(t *testing.T) {
	for highest, want := range map[int]int{0: 1, 5: 1, 6: 2, 10: 2, 11: 5, 39: 10, 51: 20, 100_000: 20_000} {
		if got := gridStep(highest); got != want {
			t.Errorf("gridStep(%d) = %d, want %d", highest, got, want)
		}
	}
}

func TestScoresStayOnTheirSide(t *testing.T) {
	for _, c := range []struct {
		score float64
		want  string
	}{
		{0.75, "0.7500"}, {0.7500001, "0.7500001"}, {0.75004, "0.75004"}, {0.7599965, "0.7600"}, {0.74996, "0.7500"}, {0.2, "0.2000"},
	} {
		if got := formatScore(&c.score, 0.75); got != c.want {
			t.Errorf("formatScore(%v) = %s, want %s", c.score, got, c.want)
		}
	}
	if got := formatScore(nil, 0.75); got != "–" {
		t.Errorf("formatScore(nil) = %s", got)
	}
}
