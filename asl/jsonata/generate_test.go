package jsonata

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// generator makes random expressions with $x and $y, with variables and functions that the expression binds, and, in a predicate, with
// unqualified names.
type generator struct {
	*rand.Rand
	variables, functions []string
	context              bool
}

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *generator) name() string { return g.pick("a", "b", "c") }

func (g *generator) variable() string { return g.pick(append([]string{"$x", "$y"}, g.variables...)...) }

func (g *generator) leaf() string {
	if g.context && g.IntN(2) == 0 {
		return g.name()
	}
	return g.pick(g.variable(), g.variable(), "0", "1", "-1.5", `"a"`, `""`, "true", "null")
}

// expression returns an expression of at most the given depth.
func (g *generator) expression(depth int) string {
	if depth == 0 {
		return g.leaf()
	}
	inner := func() string { return g.expression(depth - 1) }
	switch g.IntN(12) {
	case 0:
		return "(" + inner() + g.pick(" + ", " - ", " = ", " != ", " < ", " & ", " and ", " or ", " in ") + inner() + ")"
	case 1:
		return "(" + inner() + " ? " + inner() + g.pick("", " : "+inner()) + ")"
	case 2:
		return "[" + inner() + g.pick("", ", "+inner()) + "]"
	case 3:
		return fmt.Sprintf(`{"a": %s, "b": %s}`, inner(), inner())
	case 4:
		return "$" + g.pick("count", "exists", "not", "boolean", "type", "string", "sum", "merge", "zip") + "(" + inner() + ")"
	case 5:
		return "$" + g.pick("append", "zip", "join", "substring") + "(" + inner() + ", " + inner() + ")"
	case 6, 7:
		return "$" + g.pick("map", "filter") + "(" + inner() + ", " + g.function(depth) + ")"
	case 8:
		if len(g.functions) > 0 {
			return g.pick(g.functions...) + "(" + inner() + ")"
		}
	case 9:
		return g.block(depth)
	}
	return g.path(depth)
}

func (g *generator) path(depth int) string {
	path := g.variable()
	if g.context && g.IntN(2) == 0 {
		path = g.name()
	}
	path += g.predicate(depth)
	for range g.IntN(3) {
		path += "." + g.name() + g.predicate(depth)
	}
	return path
}

func (g *generator) predicate(depth int) string {
	switch g.IntN(6) {
	case 0:
		return "[" + g.pick("0", "1", "-1") + "]"
	case 1:
		within := *g
		within.context = true
		return "[" + within.expression(depth-1) + "]"
	}
	return ""
}

func (g *generator) function(depth int) string {
	if len(g.functions) > 0 && g.IntN(3) == 0 {
		return g.pick(g.functions...)
	}
	within := *g
	within.context = false
	parameters := []string{"$v", "$i", "$x"}[:g.IntN(4)]
	within.variables = append(append([]string{}, g.variables...), parameters...)
	return "function(" + strings.Join(parameters, ", ") + ") { " + within.expression(depth-1) + " }"
}

func (g *generator) block(depth int) string {
	within := *g
	block := "("
	for range g.IntN(3) {
		if g.IntN(2) == 0 {
			block += "$f := " + within.function(depth) + "; "
			within.functions = []string{"$f"}
		} else {
			block += "$u := " + within.expression(depth-1) + "; "
			within.variables = append(append([]string{}, within.variables...), "$u")
		}
	}
	return block + within.expression(depth-1) + ")"
}

// value returns a JSON value of limited depth.
func (g *generator) value(depth int) any {
	if depth == 0 || g.IntN(6) == 0 {
		return []any{nil, true, 0.0, 1.0, 2.5, "", "a"}[g.IntN(7)]
	}
	if g.IntN(2) == 0 {
		object := map[string]any{}
		for range g.IntN(4) {
			object[g.name()] = g.value(depth - 1)
		}
		return object
	}
	array := []any{}
	for range g.IntN(4) {
		array = append(array, g.value(depth-1))
	}
	return array
}

// FuzzPlainGenerated compares the two ways of evaluation for expressions of depth 1 to 4.
func FuzzPlainGenerated(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	r := testRuntime(f)
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 0))}
		source := g.expression(1 + g.IntN(4))
		expression, err := r.library.Compile(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		x, _ := json.Marshal(g.value(4))
		y, _ := json.Marshal(g.value(2))
		agree(t, r, expression, string(x), string(y))
	})
}
