package layout

import (
	"cmp"
	"slices"
)

// effort bounds the number of vertices that the search for fewer crossings visits.
const effort = 200_000

// few is how many neighbours most vertices have at most.
const few = 8

// sort orders the vertices of each level so that few edges cross. It sweeps down and up, moves each vertex to the median of its
// neighbours, and keeps the best order.
func (p *plan) sort() {
	best, fewest := p.places(), p.crossings()
	sweeps := min(24, max(2, effort/len(p.vertices)))
	for sweep := 0; sweep < sweeps && fewest > 0; sweep++ {
		p.sweep(sweep%2 == 0)
		if crossings := p.crossings(); crossings < fewest {
			best, fewest = p.places(), crossings
		}
	}
	for v, place := range best {
		p.vertices[v].place = place
		p.levels[p.vertices[v].level][place] = v
	}
}

func (p *plan) places() []int {
	places := make([]int, len(p.vertices))
	for v := range p.vertices {
		places[v] = p.vertices[v].place
	}
	return places
}

// sweep moves each vertex to the median of its neighbours above, or of those below.
func (p *plan) sweep(down bool) {
	for i := range p.levels {
		if !down {
			i = len(p.levels) - 1 - i
		}
		level := p.levels[i]
		wanted := map[int]float64{}
		var moving, slots []int
		for place, v := range level {
			if median, ok := p.median(v, down); ok {
				wanted[v] = median
				moving, slots = append(moving, v), append(slots, place)
			}
		}
		slices.SortStableFunc(moving, func(u, v int) int { return cmp.Compare(wanted[u], wanted[v]) })
		for j, v := range moving {
			level[slots[j]] = v
			p.vertices[v].place = slots[j]
		}
	}
}

// median returns the median of the places of the neighbours. Of an even number, it weighs the middle two by the density around them.
func (p *plan) median(v int, above bool) (float64, bool) {
	var room [few]int
	places := p.neighbours(room[:0], v, above)
	n := len(places)
	switch {
	case n == 0:
		return 0, false
	case n%2 == 1:
		return float64(places[n/2]), true
	case n == 2:
		return float64(places[0]+places[1]) / 2, true
	}
	l, r := float64(places[n/2-1]), float64(places[n/2])
	before, after := l-float64(places[0]), float64(places[n-1])-r
	if before+after == 0 {
		return (l + r) / 2, true
	}
	return (l*after + r*before) / (before + after), true
}

// neighbours appends the sorted places of the neighbours above, or of those below.
func (p *plan) neighbours(places []int, v int, above bool) []int {
	list := p.vertices[v].down
	if above {
		list = p.vertices[v].up
	}
	for _, w := range list {
		places = append(places, p.vertices[w].place)
	}
	slices.Sort(places)
	return places
}

// crossings counts the crossings between all levels, after Barth, Jünger and Mutzel (2002).
func (p *plan) crossings() int {
	var room [few]int
	count := 0
	for i, level := range p.levels[:len(p.levels)-1] {
		tree := make([]int, len(p.levels[i+1])+1)
		seen := 0
		for _, v := range level {
			places := p.neighbours(room[:0], v, false)
			for _, place := range places {
				count += seen
				for k := place + 1; k > 0; k -= k & -k {
					count -= tree[k]
				}
			}
			for _, place := range places {
				for k := place + 1; k < len(tree); k += k & -k {
					tree[k]++
				}
				seen++
			}
		}
	}
	return count
}
