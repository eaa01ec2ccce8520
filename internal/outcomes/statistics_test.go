package outcomes

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 5e-4 {
		t.Errorf("%s: got %v, want %v", what, shown(got), want)
	}
}

func shown(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// Worked out by hand with z² = 3.8415. 5 of 10: middle (0.5 + 0.19207) / 1.38415 = 0.5, half 1.96·√(0.025 + 0.0096036) / 1.38415 = 0.26340.
func TestSharesHaveWilsonsInterval(t *testing.T) {
	for _, row := range []struct {
		count, of        int
		value, low, high float64
	}{
		{5, 10, 0.5, 0.2366, 0.7634},
		{0, 10, 0, 0, 0.2775}, // high = z²/n / (1 + z²/n) = 0.38415 / 1.38415
		{10, 10, 1, 0.7225, 1},
		{1, 20, 0.05, 0.0089, 0.2361},
		{0, 5, 0, 0, 0.4345},
	} {
		s := shareOf(row.count, row.of)
		near(t, "share", s.Share, row.value)
		near(t, "low", s.Low, row.low)
		near(t, "high", s.High, row.high)
	}
}

func TestASmallCellHasNoFigure(t *testing.T) {
	for of := range Few {
		if s := shareOf(0, of); s.Share != nil || s.Of != 0 || s.FewerThan != 5 {
			t.Errorf("of %d: %+v", of, s)
		}
	}
}

// repeated returns subjects with a score, so many of them with an event.
func repeated(score float64, of, events int) []scored {
	var all []scored
	for i := range of {
		all = append(all, scored{score, i < events})
	}
	return all
}

// 30 events where 100·0.1 + 100·0.3 = 40 are expected: 0.75. √((1 − 30/200)/30) = 0.16833, times 1.96 is 0.32992, and e to that is 1.39085.
func TestObservedToExpected(t *testing.T) {
	ratio := observedToExpected(append(repeated(0.1, 100, 10), repeated(0.3, 100, 20)...))
	near(t, "value", ratio.Value, 0.75)
	near(t, "low", ratio.Low, 0.5392)
	near(t, "high", ratio.High, 1.0431)
	if none := observedToExpected(repeated(0.2, 10, 0)); *none.Value != 0 || none.Low != nil {
		t.Errorf("without an event: %+v", none)
	}
	if undefined := observedToExpected(repeated(0, 10, 1)); undefined.Value != nil {
		t.Errorf("where nothing is expected: %+v", undefined)
	}
}

// With two scores the regression goes through both shares: (logit 0.2 − logit 0.1) / (logit 0.3 − logit 0.1) = 0.81093 / 1.34993 = 0.60072.
// The variance of the difference of the two logits is 1/(100·0.1·0.9) + 1/(100·0.2·0.8) = 1/9 + 1/16 = 0.17361: half = 1.96·0.41667/1.34993 = 0.60496.
func TestTheSlopeOfTwoScores(t *testing.T) {
	got := slope(append(repeated(0.1, 100, 10), repeated(0.3, 100, 20)...))
	near(t, "slope", got.Value, 0.6007)
	near(t, "low", got.Low, 0.6007-0.6050)
	near(t, "high", got.High, 0.6007+0.6050)
	right := slope(append(repeated(0.1, 100, 10), repeated(0.3, 100, 30)...))
	near(t, "slope of a right model", right.Value, 1)
}

func TestTheSlopeIsNotDefined(t *testing.T) {
	for reason, all := range map[string][]scored{
		"nobody":                       nil,
		"one score":                    repeated(0.3, 50, 10),
		"no event":                     append(repeated(0.1, 50, 0), repeated(0.3, 50, 0)...),
		"only events":                  append(repeated(0.1, 50, 50), repeated(0.3, 50, 50)...),
		"a score that divides the two": append(repeated(0.1, 50, 0), repeated(0.3, 50, 50)...),
	} {
		if got := slope(all); got.Value != nil {
			t.Errorf("%s: got %v", reason, *got.Value)
		}
	}
}

func TestBinsHaveAsManySubjectsEach(t *testing.T) {
	var all []scored
	for i := range 60 {
		all = append(all, scored{float64(i+1) / 100, i >= 50})
	}
	got := bins(all)
	if len(got) != 3 {
		t.Fatalf("got %d bins", len(got))
	}
	near(t, "lowest score", got[0].From, 0.01)
	near(t, "highest score of the first bin", got[0].To, 0.20)
	near(t, "mean of the first bin", got[0].Expected, 0.105)
	near(t, "observed in the last bin", got[2].Observed.Share, 0.5)
	if got[0].Observed.Of != 20 || got[2].Observed.Count != 10 {
		t.Errorf("got %+v", got)
	}
	if tied := bins(append(repeated(0.1, 30, 3), repeated(0.4, 30, 9)...)); len(tied) != 2 || tied[0].Observed.Of != 30 {
		t.Errorf("the same scores are in %d bins", len(tied))
	}
	if small := bins(repeated(0.1, 4, 1)); len(small) != 1 || small[0].Expected != nil || small[0].Observed.FewerThan != 5 {
		t.Errorf("got %+v", small)
	}
	if none := bins(nil); none != nil {
		t.Errorf("got %+v", none)
	}
}

func TestQuantiles(t *testing.T) {
	days := []float64{10, 20, 30, 40}
	for q, want := range map[float64]float64{0: 10, 0.25: 17.5, 0.5: 25, 0.75: 32.5, 1: 40} {
		if got := quantile(days, q); got != want {
			t.Errorf("%v: got %v, want %v", q, got, want)
		}
	}
}
