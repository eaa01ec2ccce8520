package layout

import "slices"

// vertex is a node, or a bend: the place where an edge passes a level.
type vertex struct {
	level, place int     // place is the index in the level
	left, right  float64 // what it needs on each side of its line
	height       float64
	x            float64 // of its line
	up, down     []int   // neighbours in the level above and below
	bend         bool
}

// chain is an edge as a sequence of vertices, from top to bottom.
type chain struct {
	edge     *Edge
	vertices []int
	label    int  // the vertex that holds the label; -1 for none
	reversed bool // the edge points upwards
}

// plan is the arrangement of a graph. The first vertices are the nodes.
type plan struct {
	graph    *Graph
	vertices []vertex
	levels   [][]int // vertices from left to right
	chains   []chain
	tops     []float64 // of the levels
	bottoms  []float64
}

func newPlan(g *Graph) *plan {
	p := &plan{graph: g}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		p.vertices = append(p.vertices, vertex{left: n.Axis, right: n.Width - n.Axis, height: n.Height})
	}
	for i := range g.Edges {
		if e := &g.Edges[i]; e.From == e.To {
			v := &p.vertices[e.From]
			v.right += loopSize + labelGap + e.LabelWidth
			v.height = max(v.height, e.LabelHeight)
		}
	}
	reversed := closing(g)
	level, count := p.assignLevels(reversed)
	p.levels = make([][]int, count)
	for i := range g.Edges {
		if e := &g.Edges[i]; e.From != e.To {
			p.addChain(e, reversed[i], level)
		}
	}
	p.fillLevels()
	return p
}

// closing tells which edges close a cycle in a depth-first walk.
func closing(g *Graph) []bool {
	const (
		fresh = iota
		open
		done
	)
	reversed := make([]bool, len(g.Edges))
	out := make([][]int, len(g.Nodes))
	for i, e := range g.Edges {
		out[e.From] = append(out[e.From], i)
	}
	state := make([]int, len(g.Nodes))
	var walk func(v int)
	walk = func(v int) {
		state[v] = open
		for _, i := range out[v] {
			switch to := g.Edges[i].To; state[to] {
			case fresh:
				walk(to)
			case open:
				reversed[i] = true
			}
		}
		state[v] = done
	}
	for v := range g.Nodes {
		if state[v] == fresh {
			walk(v)
		}
	}
	return reversed
}

// assignLevels returns the level of each rank's nodes and of the labels below it, and the number of levels. A rank is the longest way
// from the top. Below the nodes of a rank, a level of its own holds the labels of the edges that start or end there.
func (p *plan) assignLevels(reversed []bool) (labels []int, count int) {
	g := p.graph
	ranks := p.ranks(reversed)
	last := 0
	for _, r := range ranks {
		last = max(last, r)
	}
	labelled := make([]bool, last+1)
	for i := range g.Edges {
		if e := &g.Edges[i]; e.From != e.To && e.labelled() {
			labelled[labelRank(e, reversed[i], ranks)] = true
		}
	}
	nodes, labels := make([]int, last+1), make([]int, last+1)
	for r := range labelled {
		nodes[r] = count
		count++
		labels[r] = -1
		if labelled[r] {
			labels[r] = count
			count++
		}
	}
	for v := range g.Nodes {
		p.vertices[v].level = nodes[ranks[v]]
	}
	byLevel := make([]int, count)
	for r := range labels {
		byLevel[nodes[r]] = labels[r]
	}
	return byLevel, count
}

// labelRank returns the rank below which the label of an edge is: next to the source of the edge.
func labelRank(e *Edge, reversed bool, ranks []int) int {
	if reversed {
		return ranks[e.From] - 1
	}
	return ranks[e.From]
}

// ranks returns the longest way from the top to each node. A node with more edges to below than from above moves down as far as it can.
func (p *plan) ranks(reversed []bool) []int {
	g := p.graph
	above, below := make([][]int, len(g.Nodes)), make([][]int, len(g.Nodes))
	for i, e := range g.Edges {
		if from, to := e.From, e.To; from != to {
			if reversed[i] {
				from, to = to, from
			}
			below[from] = append(below[from], to)
			above[to] = append(above[to], from)
		}
	}
	ranks := make([]int, len(g.Nodes))
	order := topological(below, above)
	for _, v := range order {
		for _, u := range above[v] {
			ranks[v] = max(ranks[v], ranks[u]+1)
		}
	}
	for _, v := range slices.Backward(order) {
		if v == 0 || len(below[v]) <= len(above[v]) {
			continue
		}
		lowest := len(order)
		for _, w := range below[v] {
			lowest = min(lowest, ranks[w]-1)
		}
		ranks[v] = lowest
	}
	return ranks
}

// topological sorts the vertices so that every edge leads forwards.
func topological(out, in [][]int) []int {
	missing := make([]int, len(out))
	var order []int
	for v := range out {
		if missing[v] = len(in[v]); missing[v] == 0 {
			order = append(order, v)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, w := range out[order[i]] {
			if missing[w]--; missing[w] == 0 {
				order = append(order, w)
			}
		}
	}
	return order
}

// addChain adds the bends of an edge.
func (p *plan) addChain(e *Edge, reversed bool, labelLevels []int) {
	top, bottom := e.From, e.To
	if reversed {
		top, bottom = bottom, top
	}
	c := chain{edge: e, vertices: []int{top}, label: -1, reversed: reversed}
	first, last := p.vertices[top].level+1, p.vertices[bottom].level
	labelLevel := -1
	if e.labelled() && !reversed {
		labelLevel = labelLevels[first-1]
	}
	if e.labelled() && reversed {
		labelLevel = last - 1
	}
	for level := first; level < last; level++ {
		v := vertex{level: level, bend: true}
		if level == labelLevel {
			v.right, v.height = labelGap+e.LabelWidth, e.LabelHeight
			c.label = len(p.vertices)
		}
		c.vertices = append(c.vertices, len(p.vertices))
		p.vertices = append(p.vertices, v)
	}
	c.vertices = append(c.vertices, bottom)
	for i := 1; i < len(c.vertices); i++ {
		u, v := c.vertices[i-1], c.vertices[i]
		p.vertices[u].down = append(p.vertices[u].down, v)
		p.vertices[v].up = append(p.vertices[v].up, u)
	}
	p.chains = append(p.chains, c)
}

// fillLevels puts the vertices in their levels in the order of a depth-first walk.
func (p *plan) fillLevels() {
	seen := make([]bool, len(p.vertices))
	var walk func(v int)
	walk = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		at := &p.vertices[v]
		at.place = len(p.levels[at.level])
		p.levels[at.level] = append(p.levels[at.level], v)
		for _, w := range at.down {
			walk(w)
		}
	}
	for v := range p.graph.Nodes {
		if len(p.vertices[v].up) == 0 {
			walk(v)
		}
	}
}
