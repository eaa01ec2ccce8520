package draw

import (
	"slices"
	"strings"
)

type kind int

const (
	next kind = iota
	choice
	fallback
	catch
	entering // from the start point of a state machine
	leaving  // to its end point
)

// scope holds the start and end points of one state machine. Inside a Map or Parallel state, a Succeed state leads to the end point.
type scope struct {
	start, end string
	inner      bool
}

// transition is an edge of the drawing.
type transition struct {
	from, to string
	kind     kind
	label    string
}

// transitions returns the transitions that leave a state.
func transitions(name string, fields map[string]any, s scope) []transition {
	var list []transition
	add := func(to any, k kind, label string) {
		if target, ok := to.(string); ok {
			list = append(list, transition{from: name, to: target, kind: k, label: label})
		}
	}
	for _, rule := range objects(fields["Choices"]) {
		add(rule["Next"], choice, shorten(condition(rule)))
	}
	add(fields["Default"], fallback, "default")
	add(fields["Next"], next, "")
	if fields["End"] == true || fields["Type"] == "Succeed" && s.inner {
		add(s.end, leaving, "")
	}
	for _, catcher := range objects(fields["Catch"]) {
		add(catcher["Next"], catch, shorten(errorNames(catcher["ErrorEquals"])))
	}
	return merged(list)
}

// merged joins choice rules or catchers that lead to the same state, because they count as one transition.
func merged(list []transition) []transition {
	var edges []transition
	for _, t := range list {
		same := slices.IndexFunc(edges, func(e transition) bool { return e.to == t.to && (e.kind == catch) == (t.kind == catch) })
		if same < 0 {
			edges = append(edges, t)
		} else if t.label != "" {
			edges[same].label = strings.TrimSpace(edges[same].label + "\nor " + t.label)
		}
	}
	return edges
}

func objects(v any) []map[string]any {
	items, _ := v.([]any)
	var list []map[string]any
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			list = append(list, object)
		}
	}
	return list
}

func errorNames(v any) string {
	items, _ := v.([]any)
	var names []string
	for _, item := range items {
		if name, ok := item.(string); ok {
			names = append(names, name)
		}
	}
	if len(names) == 1 && names[0] == "States.ALL" {
		return "any error"
	}
	return strings.Join(names, ", ")
}
