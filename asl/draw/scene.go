package draw

import (
	"clinical-risk-pipeline/asl/value"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/draw/internal/layout"
)

// scene is what one frame holds: the states of a state machine, or of all branches of a Parallel state. Transitions never leave a scene.
type scene struct {
	overlay *Overlay
	boxes   []*box
	lines   []*line
	graph   layout.Graph
}

// box is a state, or the start or the end of a scene.
type box struct {
	name  string
	shape shape
	look  look
	pen   float64
	rows  []row
	inner *scene // of a frame
	link  string // "": none
}

// line is a transition between two boxes.
type line struct {
	transition
	from, to int // indexes in scene.boxes
	rows     []row
	color    string
	pen      float64
	hidden   bool
}

// newScene returns the scene of state machines that start together. Inside a frame, the scene always has an end.
func newScene(machines []*value.Object, overlay *Overlay, inside bool) *scene {
	s := &scene{overlay: overlay}
	start := s.add(&box{name: "start", shape: dot})
	var endings []*line // of which the scene's end is the target
	last := start
	for _, machine := range machines {
		endings = append(endings, s.addMachine(machine, start, inside)...)
		last = len(s.boxes) - 1
	}
	if len(endings) == 0 && inside {
		endings = append(endings, &line{from: last, hidden: true})
	}
	if len(endings) > 0 {
		end := s.add(&box{name: "end", shape: ring})
		for _, l := range endings {
			l.to = end
		}
		s.lines = append(s.lines, endings...)
	}
	return s
}

func (s *scene) add(b *box) int {
	s.boxes = append(s.boxes, b)
	return len(s.boxes) - 1
}

// addMachine adds the states of a state machine in the order in which they can be reached. It returns the transitions to its end.
func (s *scene) addMachine(machine *value.Object, start int, inside bool) (endings []*line) {
	states, _ := machine.Value("States").(*value.Object)
	first, _ := machine.Value("StartAt").(string)
	index := map[string]int{}
	order := reachable(states, first)
	for _, name := range order {
		fields, _ := states.Value(name).(*value.Object)
		index[name] = s.add(s.state(name, fields))
	}
	find := func(name string) int {
		if _, ok := index[name]; !ok {
			index[name] = s.add(missing(name))
		}
		return index[name]
	}
	s.lines = append(s.lines, s.line(transition{from: "start", to: first, kind: entering}, start, find(first)))
	for _, name := range order {
		fields, _ := states.Value(name).(*value.Object)
		for _, t := range transitions(name, fields, inside) {
			if t.kind == leaving {
				endings = append(endings, s.line(t, index[name], 0))
				continue
			}
			s.lines = append(s.lines, s.line(t, index[name], find(t.to)))
		}
	}
	return endings
}

// state returns the box of a state. A Map or Parallel state is a frame around its inner states.
func (s *scene) state(name string, fields *value.Object) *box {
	b := s.styled(name, fields)
	if machines := asl.Inner(fields); len(machines) > 0 {
		b.shape, b.inner = frame, newScene(machines, s.overlay, true)
	}
	return b
}

// reachable returns the names of the states in the order in which a walk from the first state finds them, then the other names.
func reachable(states *value.Object, first string) []string {
	var order []string
	seen := map[string]bool{}
	var walk func(name string)
	walk = func(name string) {
		if _, known := states.Get(name); !known || seen[name] {
			return
		}
		seen[name] = true
		order = append(order, name)
		fields, _ := states.Value(name).(*value.Object)
		for _, t := range transitions(name, fields, false) {
			if t.kind != leaving {
				walk(t.to)
			}
		}
	}
	walk(first)
	for _, name := range slices.Sorted(slices.Values(states.Keys())) {
		walk(name)
	}
	return order
}

// place computes where everything is.
func (s *scene) place() {
	for _, b := range s.boxes {
		s.graph.Nodes = append(s.graph.Nodes, b.node())
	}
	for _, l := range s.lines {
		e := layout.Edge{From: l.from, To: l.to}
		if len(l.rows) > 0 {
			e.LabelWidth, e.LabelHeight = extent(l.rows)
		}
		s.graph.Edges = append(s.graph.Edges, e)
	}
	s.graph.Place()
}
