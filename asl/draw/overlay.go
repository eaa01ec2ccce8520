package draw

import (
	"math"
	"strconv"
)

// Overlay is what executions did. States that it does not count are drawn as not reached.
type Overlay struct {
	// States counts by the state's name, the states within Map and Parallel states included.
	States map[string]Count
	// Transitions counts by the names of two states, the one left and the one entered next.
	Transitions map[[2]string]int
}

// Count says how often a state was entered, and how many of these visits ended the execution as failed.
type Count struct{ Entered, Failed int }

// taken says how often a transition was taken. Where a state machine starts and ends, that follows from the other counts.
func (g *graph) taken(t transition) int {
	switch t.kind {
	case entering:
		taken := g.overlay.States[t.to].Entered
		for pair, n := range g.overlay.Transitions {
			if pair[1] == t.to {
				taken -= n
			}
		}
		return max(0, taken)
	case leaving:
		count := g.overlay.States[t.from]
		taken := count.Entered - count.Failed
		for pair, n := range g.overlay.Transitions {
			if pair[0] == t.from {
				taken -= n
			}
		}
		return max(0, taken)
	}
	return g.overlay.Transitions[[2]string{t.from, t.to}]
}

func (o *Overlay) most() int {
	most := 1
	for _, taken := range o.Transitions {
		most = max(most, taken)
	}
	return most
}

// penWidth grows from 1.2 to 4 points with the share of the transition taken most often.
func penWidth(taken, most int) float64 {
	return 1.2 + 2.8*math.Sqrt(min(1, float64(taken)/float64(most)))
}

func visits(c Count) string {
	if c.Entered == 0 {
		return "not reached"
	}
	return "× " + strconv.Itoa(c.Entered)
}
