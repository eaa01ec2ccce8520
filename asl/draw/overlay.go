package draw

import (
	"math"
	"strconv"
)

// Overlay holds counts from executions. A state without a count is drawn as not reached.
type Overlay struct {
	// States holds the counts by state name, including states inside Map and Parallel states.
	States map[string]Count
	// Transitions holds the counts by the names of two states: the state left and the state entered next.
	Transitions map[[2]string]int
	// Links holds URLs by state name. The state becomes a link.
	Links map[string]string
}

// Count is the number of visits to a state, and the number of visits in which the execution failed.
type Count struct{ Entered, Failed int }

// taken returns how often a transition was taken. It computes the transitions at the start and the end from the other counts.
func (o *Overlay) taken(t transition) int {
	switch t.kind {
	case entering:
		taken := o.States[t.to].Entered
		for pair, n := range o.Transitions {
			if pair[1] == t.to {
				taken -= n
			}
		}
		return max(0, taken)
	case leaving:
		count := o.States[t.from]
		taken := count.Entered - count.Failed
		for pair, n := range o.Transitions {
			if pair[0] == t.from {
				taken -= n
			}
		}
		return max(0, taken)
	}
	return o.Transitions[[2]string{t.from, t.to}]
}

func (o *Overlay) most() int {
	most := 1
	for _, taken := range o.Transitions {
		most = max(most, taken)
	}
	return most
}

// penWidth grows from 1.2 to 4 points, in proportion to the most frequent transition.
func penWidth(taken, most int) float64 {
	return 1.2 + 2.8*math.Sqrt(min(1, float64(taken)/float64(most)))
}

func visits(c Count) string {
	if c.Entered == 0 {
		return "not reached"
	}
	return "× " + strconv.Itoa(c.Entered)
}
