package cases

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/jsondiff"
)

// compare returns what differs.
func (e *expectation) compare(x *asl.Execution, made map[string][]any) []Difference {
	differences := e.outcome(x)
	if x.Status == asl.Succeeded && e.status == asl.Succeeded {
		if e.output != nil {
			differences = append(differences, diff("output", *e.output, x.Output)...)
		}
		if e.match != nil {
			differences = append(differences, diff("output", *e.match, part(*e.match, x.Output))...)
		}
	}
	if e.path != nil {
		differences = append(differences, comparePaths(e.path, x.Path())...)
	}
	differences = append(differences, e.compareVariables(x)...)
	for _, state := range sorted(e.calls) {
		differences = append(differences, e.calls[state].compare("calls."+state, made[state])...)
	}
	if took := x.Stop.Sub(x.Start); e.duration != nil && took != *e.duration {
		differences = append(differences, Difference{"seconds", fmt.Sprint(e.duration.Seconds()), fmt.Sprint(took.Seconds())})
	}
	return differences
}

// outcome compares the status, the error and the cause.
func (e *expectation) outcome(x *asl.Execution) []Difference {
	failed := x.Status != asl.Succeeded
	switch {
	case e.status != "" && x.Status != e.status && failed:
		return []Difference{{"status", string(e.status), fmt.Sprintf("%s: %s", x.Status, &asl.Error{Name: x.Error, Cause: x.Cause})}}
	case e.status != "" && x.Status != e.status:
		return []Difference{{"status", string(e.status), fmt.Sprintf("%s with the output %s", x.Status, jsondiff.JSON(value.Plain(x.Output)))}}
	case e.status == "" && !failed:
		return []Difference{{"status", fmt.Sprintf("FAILED: %s", &asl.Error{Name: e.error, Cause: e.cause}), fmt.Sprintf("%s with the output %s", x.Status, jsondiff.JSON(value.Plain(x.Output)))}}
	}
	var differences []Difference
	if e.error != "" && x.Error != e.error {
		differences = append(differences, Difference{"error", e.error, fmt.Sprint(&asl.Error{Name: x.Error, Cause: x.Cause})})
	}
	if !strings.Contains(x.Cause, e.cause) {
		differences = append(differences, Difference{"cause", fmt.Sprintf("a text that contains %q", e.cause), fmt.Sprintf("%q", x.Cause)})
	}
	return differences
}

// comparePaths names the first step that differs, and shows both paths.
func comparePaths(want, got []string) []Difference {
	if slices.Equal(want, got) {
		return nil
	}
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	return []Difference{{fmt.Sprintf("path[%d]", at), strings.Join(want, ", "), strings.Join(got, ", ")}}
}

// compareVariables compares the values that the execution assigned last.
func (e *expectation) compareVariables(x *asl.Execution) []Difference {
	if e.variables == nil {
		return nil
	}
	assigned := value.NewObject(0)
	for i := range x.History {
		if exited, ok := x.History[i].Details.(*asl.StateExited); ok {
			for _, m := range exited.AssignedVariables.Members() {
				assigned.Set(m.Key, m.Value)
			}
		}
	}
	return diff("variables", e.variables, part(e.variables, assigned))
}

// compare compares the calls of a state with those that were made.
func (c calls) compare(at string, made []any) []Difference {
	if len(made) != c.number {
		return []Difference{{at, callsMade(c.number), callsMade(len(made))}}
	}
	var differences []Difference
	for i, want := range c.inputs {
		differences = append(differences, diff(fmt.Sprintf("%s[%d]", at, i), want, part(want, made[i]))...)
	}
	return differences
}

// part returns what a value has of an expected one: of objects only the expected members, of lists all elements.
func part(want, got any) any {
	switch w := want.(type) {
	case *value.Object:
		g, ok := got.(*value.Object)
		if !ok {
			return got
		}
		kept := value.NewObject(w.Len())
		for _, m := range w.Members() {
			if v, ok := g.Get(m.Key); ok {
				kept.Set(m.Key, part(m.Value, v))
			}
		}
		return kept
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return got
		}
		kept := make([]any, len(g))
		for i := range g {
			kept[i] = part(w[i], g[i])
		}
		return kept
	}
	return got
}

// diff lists where two JSON values differ.
func diff(at string, want, got any) []Difference {
	var differences []Difference
	for _, change := range jsondiff.Compare(value.Plain(want), value.Plain(got)) {
		path := at + "." + change.Path
		if change.Path == "" || strings.HasPrefix(change.Path, "[") {
			path = at + change.Path
		}
		differences = append(differences, Difference{path, text(change.Removed), text(change.Added)})
	}
	return differences
}

// text shows the parts that only one value has.
func text(parts []string) string {
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// sorted returns the names of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
