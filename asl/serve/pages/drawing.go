package pages

import (
	"html/template"
	"slices"

	"clinical-risk-pipeline/asl"
	asldraw "clinical-risk-pipeline/asl/draw"
	"clinical-risk-pipeline/asl/value"
)

// drawing is a state machine as SVG, or the reason why there is none.
type drawing struct {
	SVG      template.HTML
	NotDrawn error
}

// draw draws a definition with counts, or without them for nil.
func draw(definition string, overlay *asldraw.Overlay) drawing {
	svg, err := asldraw.SVG([]byte(definition), overlay)
	return drawing{template.HTML(svg), err} // Package draw escapes every text.
}

// stateRow is what the page of an execution says about a state.
type stateRow struct {
	State, Kind              string
	Entered, Failed, Running int
	Last                     int // the event that entered it last
}

// states returns what happened to each state, in the order in which they were entered first. running says whether the execution runs.
func (h *history) states(running bool) []*stateRow {
	var rows []*stateRow
	byName := map[string]*stateRow{}
	for _, v := range h.visits {
		row := byName[v.State]
		if row == nil {
			row = &stateRow{State: v.State, Kind: v.Kind}
			rows, byName[v.State] = append(rows, row), row
		}
		row.Entered++
		row.Last = v.Entered
		switch {
		case v.Failed:
			row.Failed++
		case v.Exited == 0 && running:
			row.Running++
		}
	}
	return rows
}

// addTo adds the counts of a history to those of a drawing.
func (h *history) addTo(o *asldraw.Overlay) {
	for _, v := range h.visits {
		count := o.States[v.State]
		count.Entered++
		if v.Failed {
			count.Failed++
		}
		o.States[v.State] = count
	}
	for pair, n := range h.transitions {
		o.Transitions[pair] += n
	}
}

// part returns the part of a definition that a child execution of a Distributed Map runs: the states inside the Map that have its first
// state. Names of states are unique in a definition.
func part(definition, first string) string {
	decoded, err := value.Decode([]byte(definition))
	if err != nil {
		return definition // It is that of a state machine that exists: it is JSON.
	}
	found := definition
	asl.Walk(decoded, func(_ string, state *value.Object) {
		for _, inner := range asl.Inner(state) {
			if state.Text("Type") == "Map" && slices.Contains(inner.Object("States").Keys(), first) {
				found = value.Encode(inner)
			}
		}
	})
	return found
}
