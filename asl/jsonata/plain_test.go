package jsonata

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestPlainAgreesWithTheLibrary(t *testing.T) {
	r := testRuntime(t)
	inGo := 0
	for _, group := range cases {
		for _, source := range group.expressions {
			inGo += agreements(t, r, source, group.values)
		}
	}
	if inGo < 5_000 {
		t.Errorf("only %d evaluations were plain", inGo)
	}
}

// agreements compares both evaluations for all values of the variables. It counts the values for which the expression is plain.
func agreements(t *testing.T, r *Runtime, source string, values []string) (inGo int) {
	t.Helper()
	expression, err := r.library.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	for _, x := range valuesOf("$x", source, values) {
		for _, y := range valuesOf("$y", source, others) {
			if agree(t, r, expression, x, y) {
				inGo++
			}
		}
	}
	return inGo
}

// agree evaluates the expression both ways and reports whether it is plain for these values.
func agree(t *testing.T, r *Runtime, expression *Expression, x, y string) bool {
	t.Helper()
	if expression.plain == nil {
		return false
	}
	bindings := bindingsOf(x, y)
	got, ok := expression.plain(r.frame(bindings))
	if !ok {
		return false
	}
	if !reflect.DeepEqual(bindings, bindingsOf(x, y)) {
		t.Fatalf("%s changed its variables from %s and %s to %v", expression.source, x, y, bindings)
	}
	want, defined, err := r.interpret(expression, bindings)
	_, gotUndefined := got.(undefined)
	if err != nil || defined == gotUndefined || defined && !reflect.DeepEqual(got, want) {
		t.Errorf("%s with x = %s, y = %s: plain gives %#v, the library %#v (defined %v, error %v)", expression.source, x, y, got, want, defined, err)
	}
	return true
}

// bindingsOf decodes the values of the variables. Text that is not JSON makes the variable undefined.
func bindingsOf(x, y string) map[string]any {
	bindings := map[string]any{}
	for name, text := range map[string]string{"x": x, "y": y} {
		var value any
		if text != "" && json.Unmarshal([]byte(text), &value) == nil {
			bindings[name] = value
		}
	}
	return bindings
}

func FuzzPlain(f *testing.F) {
	for _, group := range cases {
		for i, source := range group.expressions {
			f.Add(source, values[i%len(values)], values[(i*7)%len(values)])
		}
	}
	r := testRuntime(f)
	f.Fuzz(func(t *testing.T, source, x, y string) {
		if expression, err := r.library.Compile(source); err == nil {
			agree(t, r, expression, x, y)
		}
	})
}
