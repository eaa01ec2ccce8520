package draw

import (
	"bytes"
	"sort"

	"clinical-risk-pipeline/asl"
)

// graph writes a state machine in the DOT language of Graphviz.
type graph struct {
	bytes.Buffer
	overlay  *Overlay
	names    map[string]bool // names of all states and points, to avoid duplicates
	clusters map[string]cluster
}

// clusterPrefix is the name prefix of subgraphs that Graphviz draws as clusters.
const clusterPrefix = "cluster_"

// cluster is a Map or Parallel state: a frame around its inner states. Edges enter it at its start and leave it at its end.
type cluster struct {
	id string
	scope
}

func dotSource(machine map[string]any, overlay *Overlay) []byte {
	g := &graph{overlay: overlay, names: map[string]bool{}, clusters: map[string]cluster{}}
	g.collect(machine)
	g.WriteString("digraph {\n" + graphStyle)
	g.machine(machine, scope{start: g.point("start"), end: g.point("end")})
	g.WriteString("}\n")
	return g.Bytes()
}

// collect notes the name of every state and names the points of every cluster.
func (g *graph) collect(machine map[string]any) {
	asl.Walk(machine, func(name string, _ map[string]any) { g.names[name] = true })
	asl.Walk(machine, func(name string, state map[string]any) {
		if len(asl.Inner(state)) > 0 {
			points := scope{start: g.point("start of " + name), end: g.point("end of " + name), inner: true}
			g.clusters[name] = cluster{id: clusterPrefix + name, scope: points}
		}
	})
}

// point returns a node name that no state has.
func (g *graph) point(name string) string {
	for g.names[name] {
		name += "'"
	}
	g.names[name] = true
	return name
}

// machine writes the states of one state machine in the order in which they can be reached.
func (g *graph) machine(machine map[string]any, at scope) {
	states, _ := machine["States"].(map[string]any)
	first, _ := machine["StartAt"].(string)
	g.pointNode(at.start, 1)
	order := reachable(states, first)
	for _, name := range order {
		fields, _ := states[name].(map[string]any)
		g.state(name, fields)
	}
	g.edge(transition{from: at.start, to: first, kind: entering})
	if states[first] == nil {
		g.missing(first)
	}
	ends := false
	for _, name := range order {
		fields, _ := states[name].(map[string]any)
		for _, t := range transitions(name, fields, at) {
			ends = ends || t.to == at.end
			g.edge(t)
			if t.to != at.end && states[t.to] == nil {
				g.missing(t.to)
			}
		}
	}
	if ends || at.inner {
		g.pointNode(at.end, 2)
	}
	if !ends && at.inner && len(order) > 0 {
		g.below(order[len(order)-1], at.end)
	}
}

// state writes one state: a node, or a cluster around the inner states.
func (g *graph) state(name string, fields map[string]any) {
	c, isCluster := g.clusters[name]
	if !isCluster {
		g.node(name, fields)
		return
	}
	g.openCluster(c.id, name, fields)
	for _, m := range asl.Inner(fields) {
		g.machine(m, c.scope)
	}
	g.WriteString("}\n")
}

// reachable returns the names of the states in the order in which a walk from the first state finds them, then the other names.
func reachable(states map[string]any, first string) []string {
	var order []string
	seen := map[string]bool{}
	queue := []string{first}
	for _, name := range sortedNames(states) {
		queue = append(queue, name)
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			fields, known := states[at].(map[string]any)
			if !known || seen[at] {
				continue
			}
			seen[at] = true
			order = append(order, at)
			var next []string
			for _, t := range transitions(at, fields, scope{}) {
				next = append(next, t.to)
			}
			queue = append(next, queue...)
		}
	}
	return order
}

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
