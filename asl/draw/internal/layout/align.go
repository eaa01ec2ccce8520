package layout

import (
	"math"
	"slices"
)

// align computes the x of every vertex: the median of four assignments, each of which prefers neighbours above or below, left or right.
func (p *plan) align() {
	crossed := p.crossed()
	candidates := make([][]float64, 0, 4)
	for _, above := range []bool{true, false} {
		for _, leftmost := range []bool{true, false} {
			root := p.blocks(above, leftmost, crossed)
			candidates = append(candidates, p.compact(root, leftmost))
		}
	}
	p.overlay(candidates)
	for v := range p.vertices {
		xs := []float64{candidates[0][v], candidates[1][v], candidates[2][v], candidates[3][v]}
		slices.Sort(xs)
		p.vertices[v].x = (xs[1] + xs[2]) / 2
	}
}

// crossed returns the pairs of upper and lower neighbours between which a line must not be straight, because it crosses a line between
// two bends, which takes precedence.
func (p *plan) crossed() map[[2]int]bool {
	found := map[[2]int]bool{}
	for i := 1; i < len(p.levels); i++ {
		level := p.levels[i]
		leftEnd, start := 0, 0
		for j, v := range level {
			above := p.bendAbove(v)
			if above < 0 && j < len(level)-1 {
				continue
			}
			rightEnd := len(p.levels[i-1])
			if above >= 0 {
				rightEnd = p.vertices[above].place
			}
			for _, w := range level[start : j+1] {
				for _, u := range p.vertices[w].up {
					place := p.vertices[u].place
					if (place < leftEnd || place > rightEnd) && (!p.vertices[u].bend || !p.vertices[w].bend) {
						found[[2]int{u, w}] = true
					}
				}
			}
			start, leftEnd = j+1, rightEnd
		}
	}
	return found
}

// bendAbove returns the bend above a bend, or -1.
func (p *plan) bendAbove(v int) int {
	if at := &p.vertices[v]; at.bend && p.vertices[at.up[0]].bend {
		return at.up[0]
	}
	return -1
}

// blocks joins each vertex to the median of its neighbours, so that joined vertices get the same x. It returns the first vertex of the
// block of each vertex.
func (p *plan) blocks(above, leftmost bool, crossed map[[2]int]bool) []int {
	root, next := make([]int, len(p.vertices)), make([]int, len(p.vertices))
	for v := range root {
		root[v], next[v] = v, v
	}
	for i := range p.levels {
		if !above {
			i = len(p.levels) - 1 - i
		}
		other := i - 1
		if !above {
			other = i + 1
		}
		if other < 0 || other >= len(p.levels) {
			continue
		}
		size := len(p.levels[other])
		last := -1
		var room [few]int
		for _, v := range directed(p.levels[i], leftmost) {
			places := p.neighbours(room[:0], v, above)
			if !leftmost {
				slices.Reverse(places)
			}
			for _, k := range medians(len(places)) {
				u, place := p.levels[other][places[k]], places[k]
				if !leftmost {
					place = size - 1 - place
				}
				pair := [2]int{u, v}
				if !above {
					pair = [2]int{v, u}
				}
				if next[v] == v && last < place && !crossed[pair] {
					next[u], root[v], next[v] = v, root[u], root[u]
					last = place
				}
			}
		}
	}
	return root
}

func medians(n int) []int {
	switch {
	case n == 0:
		return nil
	case n%2 == 1:
		return []int{n / 2}
	}
	return []int{n/2 - 1, n / 2}
}

func directed(level []int, leftmost bool) []int {
	if leftmost {
		return level
	}
	level = slices.Clone(level)
	slices.Reverse(level)
	return level
}

// gap is the smallest distance between the lines of two neighbours in a level.
func (p *plan) gap(left, right int) float64 {
	u, v := &p.vertices[left], &p.vertices[right]
	space := nodeGap
	if u.bend || v.bend {
		space = bendGap
	}
	return u.right + space + v.left
}

// compact places the blocks as far to one side as possible, then moves each towards its neighbours on the other side.
func (p *plan) compact(root []int, leftmost bool) []float64 {
	after, before := make([][]int, len(root)), make([][]int, len(root))
	gaps := map[[2]int]float64{}
	for _, level := range p.levels {
		level = directed(level, leftmost)
		for j := 1; j < len(level); j++ {
			u, v := level[j-1], level[j]
			gap := p.gap(u, v)
			if !leftmost {
				gap = p.gap(v, u)
			}
			pair := [2]int{root[u], root[v]}
			if _, known := gaps[pair]; !known {
				after[pair[0]] = append(after[pair[0]], pair[1])
				before[pair[1]] = append(before[pair[1]], pair[0])
			}
			gaps[pair] = max(gaps[pair], gap)
		}
	}
	x := make([]float64, len(root))
	order := topological(after, before)
	for _, b := range order {
		for _, a := range before[b] {
			x[b] = max(x[b], x[a]+gaps[[2]int{a, b}])
		}
	}
	for _, b := range slices.Backward(order) {
		limit := math.Inf(1)
		for _, c := range after[b] {
			limit = min(limit, x[c]-gaps[[2]int{b, c}])
		}
		if !math.IsInf(limit, 1) {
			x[b] = max(x[b], limit)
		}
	}
	result := make([]float64, len(root))
	for v := range result {
		result[v] = x[root[v]]
		if !leftmost {
			result[v] = -result[v]
		}
	}
	return result
}

// overlay shifts the assignments: those to the left start where the narrowest starts, those to the right end where it ends.
func (p *plan) overlay(candidates [][]float64) {
	lows, highs := make([]float64, len(candidates)), make([]float64, len(candidates))
	narrowest := 0
	for i, xs := range candidates {
		lows[i], highs[i] = p.extent(xs)
		if highs[i]-lows[i] < highs[narrowest]-lows[narrowest] {
			narrowest = i
		}
	}
	for i, xs := range candidates {
		shift := lows[narrowest] - lows[i]
		if i%2 == 1 {
			shift = highs[narrowest] - highs[i]
		}
		for v := range xs {
			xs[v] += shift
		}
	}
}

// extent returns the left and the right end of an assignment.
func (p *plan) extent(xs []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for v, x := range xs {
		low, high = min(low, x-p.vertices[v].left), max(high, x+p.vertices[v].right)
	}
	return low, high
}
