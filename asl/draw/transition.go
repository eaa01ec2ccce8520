package draw

import (
	"clinical-risk-pipeline/asl/value"
	"fmt"
	"strings"
)

type kind int

const (
	next kind = iota
	choice
	fallback
	catch
	entering // from the start of a scene
	leaving  // to its end
)

// transition is an edge of the drawing.
type transition struct {
	from, to string
	kind     kind
	label    []string
}

// transitions returns the transitions that leave a state. Inside a Map or Parallel state, a Succeed state leads to the end.
func transitions(name string, fields *value.Object, inside bool) []transition {
	var list []transition
	add := func(to any, k kind, label ...string) {
		if target, ok := to.(string); ok {
			list = append(list, transition{from: name, to: target, kind: k, label: label})
		}
	}
	for _, rule := range objects(fields.Value("Choices")) {
		add(rule.Value("Next"), choice, shorten(condition(rule)))
	}
	add(fields.Value("Default"), fallback, "default")
	add(fields.Value("Next"), next)
	if fields.Value("End") == true || fields.Value("Type") == "Succeed" && inside {
		add("end", leaving)
	}
	for _, catcher := range objects(fields.Value("Catch")) {
		add(catcher.Value("Next"), catch, shorten(errorNames(catcher.Value("ErrorEquals"))))
	}
	return merged(list)
}

// merged joins choice rules or catchers that lead to the same state, because they count as one transition.
func merged(list []transition) []transition {
	type target struct {
		to             string
		catch, leaving bool
	}
	var edges []transition
	known := map[target]int{}
	for _, t := range list {
		key := target{t.to, t.kind == catch, t.kind == leaving}
		i, ok := known[key]
		if !ok {
			known[key] = len(edges)
			edges = append(edges, t)
			continue
		}
		for _, text := range t.label {
			edges[i].label = append(edges[i].label, "or "+text)
		}
	}
	for i := range edges {
		if label := edges[i].label; len(label) > maxLabelLines {
			more := fmt.Sprintf("or %d more", len(label)-maxLabelLines+1)
			edges[i].label = append(label[:maxLabelLines-1:maxLabelLines-1], more)
		}
	}
	return edges
}

func objects(v any) []*value.Object {
	items, _ := v.([]any)
	var list []*value.Object
	for _, item := range items {
		if object, ok := item.(*value.Object); ok {
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
