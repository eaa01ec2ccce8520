package layout

import (
	"cmp"
	"math"
	"slices"
)

// stack computes the top and the bottom of each level, and where nodes are.
func (p *plan) stack() {
	low, high := p.extent(p.lines())
	y := 0.0
	for i, level := range p.levels {
		height := 0.0
		widest := 0.0 // horizontal distance of a line from the level above
		for _, v := range level {
			at := &p.vertices[v]
			at.x -= low
			height = max(height, at.height)
			for _, u := range at.up {
				widest = max(widest, math.Abs(at.x-p.vertices[u].x))
			}
		}
		if i > 0 {
			y += min(highest, max(levelGap, steepest*widest))
		}
		p.tops, p.bottoms = append(p.tops, y), append(p.bottoms, y+height)
		y += height
	}
	for v := range p.graph.Nodes {
		n, at := &p.graph.Nodes[v], &p.vertices[v]
		n.Min = Point{at.x - n.Axis, (p.tops[at.level] + p.bottoms[at.level] - n.Height) / 2}
	}
	p.graph.Width, p.graph.Height = high-low, y
}

func (p *plan) lines() []float64 {
	xs := make([]float64, len(p.vertices))
	for v := range p.vertices {
		xs[v] = p.vertices[v].x
	}
	return xs
}

// route computes the paths and the places of the labels.
func (p *plan) route() {
	starts, ends := p.ports(false), p.ports(true)
	for i := range p.chains {
		c := &p.chains[i]
		last := len(c.vertices) - 1
		top, bottom := &p.graph.Nodes[c.vertices[0]], &p.graph.Nodes[c.vertices[last]]
		path := []Point{{starts[i], top.Min.Y + top.Height}, {starts[i], p.bottoms[p.vertices[c.vertices[0]].level]}}
		for _, v := range c.vertices[1:last] {
			at := &p.vertices[v]
			path = append(path, Point{at.x, p.tops[at.level]}, Point{at.x, p.bottoms[at.level]})
		}
		path = append(path, Point{ends[i], p.tops[p.vertices[c.vertices[last]].level]}, Point{ends[i], bottom.Min.Y})
		c.edge.Path = straightened(path)
		if c.reversed {
			slices.Reverse(c.edge.Path)
		}
		if c.label >= 0 {
			at := &p.vertices[c.label]
			c.edge.Label = Point{at.x + labelGap, (p.tops[at.level]+p.bottoms[at.level])/2 - c.edge.LabelHeight/2}
		}
	}
	p.loops()
}

// straightened removes repeated points, and points in the middle of a vertical line.
func straightened(path []Point) []Point {
	kept := path[:1]
	for _, point := range path[1:] {
		n := len(kept)
		vertical := near(point.X, kept[n-1].X)
		if vertical && near(point.Y, kept[n-1].Y) {
			continue
		}
		if vertical && n > 1 && near(kept[n-2].X, point.X) {
			kept[n-1].Y = point.Y
			continue
		}
		kept = append(kept, point)
	}
	return kept
}

// near tells whether two coordinates differ by a rounding error only.
func near(a, b float64) bool { return math.Abs(a-b) < 0.001 }

// loops leads edges from the right side of a node back to it, each around the previous one and its label.
func (p *plan) loops() {
	used := make([]float64, len(p.graph.Nodes)) // width to the right of the node
	for i := range p.graph.Edges {
		e := &p.graph.Edges[i]
		if e.From != e.To {
			continue
		}
		n := &p.graph.Nodes[e.From]
		side, middle := n.Min.X+n.Width, n.Min.Y+n.Height/2
		half := 0.2 * n.Height
		if used[e.From] > 0 {
			half *= 2
		}
		used[e.From] += loopSize
		turn := side + used[e.From]
		e.Path = []Point{{side, middle - half}, {turn, middle}, {side, middle + half}}
		e.Label = Point{turn + labelGap, middle - e.LabelHeight/2}
		used[e.From] += labelGap + e.LabelWidth
	}
}

// ports returns the x at which each chain leaves its upper node, or arrives at its lower one. Lines are straight where that is possible.
func (p *plan) ports(lower bool) []float64 {
	xs := make([]float64, len(p.chains))
	byNode := make([][]int, len(p.graph.Nodes))
	for i := range p.chains {
		v, _ := p.end(i, lower)
		byNode[v] = append(byNode[v], i)
	}
	for v, chains := range byNode {
		slices.SortStableFunc(chains, func(i, j int) int {
			_, u := p.end(i, lower)
			_, w := p.end(j, lower)
			return cmp.Compare(p.vertices[u].x, p.vertices[w].x)
		})
		reach := p.graph.Nodes[v].Ports
		axis := p.vertices[v].x
		wanted := make([]float64, len(chains))
		for k, i := range chains {
			_, u := p.end(i, lower)
			wanted[k] = p.straight(v, u)
		}
		for k, x := range spread(wanted, axis-reach, axis+reach) {
			xs[chains[k]] = x
		}
	}
	return xs
}

// end returns the upper or the lower node of a chain, and the vertex next to it.
func (p *plan) end(i int, lower bool) (node, neighbour int) {
	vertices := p.chains[i].vertices
	if lower {
		return vertices[len(vertices)-1], vertices[len(vertices)-2]
	}
	return vertices[0], vertices[1]
}

// straight returns the x at which a line from a node to a neighbour is straight, or the port of the node that is closest to that.
func (p *plan) straight(node, neighbour int) float64 {
	reach, other := p.graph.Nodes[node].Ports, 0.0
	if !p.vertices[neighbour].bend {
		other = p.graph.Nodes[neighbour].Ports
	}
	axis, x := p.vertices[node].x, p.vertices[neighbour].x
	low, high := max(axis-reach, x-other), min(axis+reach, x+other)
	if low <= high {
		return (low + high) / 2
	}
	return min(axis+reach, max(axis-reach, x))
}

// spread moves sorted places apart, within limits.
func spread(places []float64, low, high float64) []float64 {
	n := len(places)
	if n < 2 {
		return places
	}
	gap := min(portGap, (high-low)/float64(n-1))
	for i := 1; i < n; i++ {
		places[i] = max(places[i], places[i-1]+gap)
	}
	limit := high
	for i := n - 1; i >= 0; i-- {
		places[i] = min(places[i], limit)
		limit = places[i] - gap
	}
	return places
}
