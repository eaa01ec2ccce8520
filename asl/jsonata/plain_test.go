package jsonata

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

func testRuntime(t testing.TB) *Runtime {
	t.Helper()
	dir, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	library, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := library.Runtime(RuntimeOptions{Now: func() time.Time { return time.Unix(0, 0) }, Random: rand.New(rand.NewPCG(1, 2))})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// values are what the variables of the agreement test take in turn.
var values = []string{
	`null`, `true`, `false`, `0`, `1`, `-1.5`, `1e300`, `1e-7`, `123456.789`, `12345678901234567890`, `""`, `"a"`, `"[1, {\"a\": -0}]"`, `"é😀"`, `"�"`, `[]`, `[1]`, `[[1]]`,
	`[1, "a", null]`, `["a", "b"]`, `[{"a": 1}, {"a": 2, "b": [3]}]`, `{}`, `{"a": 1}`, `{"a": {"b": [1, 2]}, "b": null}`, `{"a": [{"b": 1}]}`, `{"toString": 1}`,
	`[{"a": [1]}]`, `[{"a": []}, {"b": 1}]`, `[[{"a": 1}, {"a": {"b": 2}}], {"a": [[{"b": [4, 5]}]]}]`, `{"a": [[{"b": [6]}]]}`, `[[{"a": [7]}]]`, `[[{"a": []}]]`,
}

// expressions have $x and $y free, either of which may be undefined.
var expressions = []string{
	`1`, `"a"`, `null`, `$x`, `$x.a`, `$x.a.b`, `$x.toString`, `$x."a"`, `$undefined`, `$undefined.a`, `$count`, `$sum.a`, `($x)`, `-$x`, `-1`,
	`$x + $y`, `$x - 1`, `$x * $y`, `$x / $y`, `$x % $y`, `$x = $y`, `$x != $y`, `$x < $y`, `$x <= 1`, `$x > "a"`, `$x >= $y`,
	`$x and $y`, `$x or $y`, `$x in $y`, `$x in [1, "a", $y]`, `$x & $y`, `$x & "-" & 1.5`, `$x ? $y : 2`, `$x ? $y`,
	`[$x, $y]`, `[[$x], $y]`, `["[", $x]`, `[]`, `{"a": $x, "b": [$y]}`, `{"a": $x, "a": $y}`, `{"__proto__": $x}`, `{$x: 1}`, `{}`,
	`$exists($x)`, `$not($x)`, `$boolean($x)`, `$type($x)`, `$string($x)`, `$parse($x)`, `$merge([$x, $y])`, `$merge($x)`, `$sum($x)`,
	`$sum([$x, $y])`, `$count($x)`, `$count([$x])`, `$append($x, $y)`, `$append($x, [])`, `$exists()`, `$not($x, $y)`, `$parse("[1.0]")`, `$string(1e21)`,
	`$length($x)`, `$uppercase($x)`, `$lowercase($x)`, `$floor($x)`, `$ceil($x)`, `$abs($x)`, `$join($x, $y)`, `$join(["a", $x], "-")`, `$contains($x, $y)`,
	`$string($x * 1.1)`, `$string($x / 3)`, `$floor($x - 0.5) & ""`, `$ceil(-0.5)`, `$type($x) = "number" and $x >= 0 and $x <= 1`, `$merge([$x, {"z": $parse($y)}]).z`, `$x[0]`, `$x.a[]`, `$string($x.a + 1) & "%"`,
}

func TestPlainAgreesWithTheLibrary(t *testing.T) {
	r := testRuntime(t)
	inGo := 0
	for _, source := range expressions {
		expression, err := r.compile(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		for _, x := range append([]string{""}, values...) {
			for _, y := range []string{"", `null`, `false`, `1`, `-1.5`, `"a"`, `[]`, `[1, "a", null]`, `{"a": {"b": 1}}`} {
				if agree(t, r, expression, x, y) {
					inGo++
				}
			}
		}
	}
	if inGo < 5_000 {
		t.Errorf("only %d evaluations were plain", inGo)
	}
}

// agree evaluates the expression both ways, and reports whether it is plain for these values.
func agree(t *testing.T, r *Runtime, expression *Expression, x, y string) bool {
	t.Helper()
	bindings := map[string]any{}
	for name, text := range map[string]string{"x": x, "y": y} {
		var value any
		if json.Unmarshal([]byte(text), &value) == nil {
			bindings[name] = value
		}
	}
	if expression.plain == nil {
		return false
	}
	before, _ := json.Marshal(bindings)
	got, ok := expression.plain(&frame{variables: bindings, builtin: r.builtin})
	if !ok {
		return false
	}
	if after, _ := json.Marshal(bindings); string(before) != string(after) {
		t.Fatalf("%s changed its variables from %s to %s", expression.source, before, after)
	}
	want, defined, err := r.interpret(expression, bindings)
	_, gotUndefined := got.(undefined)
	if err != nil || defined == gotUndefined || defined && !reflect.DeepEqual(got, want) {
		t.Errorf("%s with x = %s, y = %s: plain gives %#v, the library %#v (defined %v, error %v)", expression.source, x, y, got, want, defined, err)
	}
	return true
}

func FuzzPlain(f *testing.F) {
	for i, source := range expressions {
		f.Add(source, values[i%len(values)], values[(i*7)%len(values)])
	}
	r := testRuntime(f)
	f.Fuzz(func(t *testing.T, source, x, y string) {
		if expression, err := r.compile(source); err == nil {
			agree(t, r, expression, x, y)
		}
	})
}
