package jsonata

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func boundedRuntime(t *testing.T, bounds limits) *Runtime {
	t.Helper()
	r := &Runtime{library: testLibrary(t), limits: bounds, now: time.Now, random: rand.New(rand.NewPCG(1, 2))}
	if err := r.start(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEvaluationsEnd(t *testing.T) {
	bounds := defaultLimits
	bounds.steps, bounds.calls = 10_000, 2_000
	r := boundedRuntime(t, bounds)
	for _, test := range []struct{ reason, source, want string }{
		{"endless recursion", `($f := function($x) { $f($x) + 1 }; $f(1))`, "Stack overflow"},
		{"a loop of tail calls", `($f := function($x) { $f($x) }; $f(1))`, "timeout"},
		{"a product of ranges", `[1..1000].([1..1000].([1..1000]))`, "timeout"},
		{"a large range", `$count([1..9000000])`, "timeout"},
		{"a text that doubles", `$reduce([1..60], function($a, $n) { $a & $a }, "x")`, "timeout"},
		{"an array that doubles", `$reduce([1..60], function($a, $n) { $append($a, $a) }, [1])`, "timeout"},
		{"a very long padding", `$pad("x", 1e9)`, "timeout"},
		{"a product of functions", `($a := [` + strings.Repeat("1, ", 40) + `1]; $count($map($a, function($x) { [$map($a, function($y) { [$map($a, function($z) { $x + $y + $z })] })] })))`, "timeout"},
		{"very deep nesting", strings.Repeat("(", 20_000) + "1" + strings.Repeat(")", 20_000), "Stack overflow"},
	} {
		start := time.Now()
		expression, err := r.compile(test.source)
		if err == nil {
			_, _, err = r.Eval(expression, nil)
		}
		var fault *Error
		if !errors.As(err, &fault) || fault.Code != codeStopped || !strings.Contains(fault.Message, test.want) {
			t.Errorf("%s: got %v, want %s", test.reason, err, test.want)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s took %v", test.reason, took)
		}
		if expression, err = r.compile("$round(1.2)"); err != nil {
			t.Fatal(err)
		}
		if value, _, err := r.Eval(expression, nil); value != 1.0 {
			t.Errorf("after %s, the runtime returns %v (error %v)", test.reason, value, err)
		}
	}
}

// A plain evaluation must give up before the library would report a limit.
func TestPlainEvaluationsEnd(t *testing.T) {
	bounds := defaultLimits
	bounds.steps = 10_000
	r := boundedRuntime(t, bounds)
	items := `$a := [` + strings.Repeat("1, ", 99) + `1]; `
	doubled := func(operation string) string {
		return `($t := "0123456789"; ` + items + strings.Repeat(`$t := `+operation+`; `, 40) + `1)`
	}
	for _, test := range []struct{ reason, source string }{
		{"endless recursion", `($f := function($x) { $f($x) + 1 }; $f(1))`},
		{"a loop of tail calls", `($f := function($x) { $f($x) }; $f(1))`},
		{"deep recursion", `($f := function($n) { $n = 0 ? 1 : 1 + $f($n - 1) }; $f(150))`},
		{"calls of calls", `($f := function($n) { $n = 0 ? 1 : $f($n - 1) + $f($n - 1) }; $f(30))`},
		{"a product of functions", `(` + items + `$count($map($a, function($x) { [$map($a, function($y) { $x + $y })] })))`},
		{"a product of predicates", `(` + items + `$b := $map($a, function($v) { {"c": $a} }); $b.c[$type($b) = "object"])`},
		{"a product of names", `(` + items + `$b := {"c": $map($a, function() { {"c": $a} })}; $d := {"c": $map($a, function() { $b })}; $count($d.c.c.c))`},
		{"a text that doubles", doubled(`$t & $t`)},
		{"a text that doubles as JSON", doubled(`$string({"a": $t, "b": $t})`)},
		{"a text that is joined with itself", doubled(`$join([$t, $t], "")`)},
		{"an array that doubles", doubled(`[$t, $t]`)},
		{"an array that is appended to itself", doubled(`$append($t, $t)`)},
	} {
		expression, err := r.compile(test.source)
		if err != nil {
			t.Fatal(err)
		}
		if expression.plain == nil {
			t.Fatalf("%s is not plain", test.reason)
		}
		if value, ok := expression.plain(r.frame(nil)); ok {
			t.Errorf("%s returns %v, want it to give up", test.reason, value)
		}
	}
}

func TestEvaluationsEndInTime(t *testing.T) {
	bounds := defaultLimits
	bounds.duration = 50 * time.Millisecond
	r := boundedRuntime(t, bounds)
	expression, err := r.compile(`($f := function($x) { $f($x) }; $f(1))`)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Eval(expression, nil); !errors.Is(err, errLong) {
		t.Errorf("got %v", err)
	}
	if expression, err = r.compile("$round(1.2)"); err != nil {
		t.Fatal(err)
	}
	if value, _, err := r.Eval(expression, nil); value != 1.0 {
		t.Errorf("afterwards the runtime returns %v (error %v)", value, err)
	}
}

func TestRuntimeKeepsALimitedNumberOfExpressions(t *testing.T) {
	r := testRuntime(t)
	for i := range maxParsed + 10 {
		r.parsed[strings.Repeat("x", i%100)+string(rune(i))] = nil
	}
	if _, err := r.treeOf("$round(1)"); err != nil || len(r.parsed) != 1 {
		t.Errorf("it keeps %d (error %v)", len(r.parsed), err)
	}
}

func TestLibraryKeepsALimitedNumberOfExpressions(t *testing.T) {
	library := &Library{program: testLibrary(t).program, compiled: map[string]*Expression{}}
	first, err := library.Compile("$round(1)")
	if err != nil {
		t.Fatal(err)
	}
	if second, err := library.Compile("$round(1)"); second != first {
		t.Errorf("the same source is compiled twice (error %v)", err)
	}
	for i := range maxParsed {
		library.keep(&Expression{source: strings.Repeat("x", i)})
	}
	if kept := len(library.compiled); kept != 1 {
		t.Errorf("it keeps %d", kept)
	}
	if _, err := library.Compile("$round("); err == nil || library.compiledBefore("$round(") != nil {
		t.Errorf("a fault is kept (error %v)", err)
	}
}
