package eval_test

import (
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/jsonata/fault"
)

// bombs are expressions that would take for ever, or all memory.
var bombs = []struct{ why, source string }{
	{"endless recursion", `($f := function($x) { $f($x) + 1 }; $f(1))`},
	{"a loop of tail calls", `($f := function($x) { $f($x) }; $f(1))`},
	{"mutual recursion", `($f := function($x) { $g($x) & "" }; $g := function($x) { $f($x) & "" }; $f(1))`},
	{"calls of calls", `($f := function($n) { $n = 0 ? 1 : $f($n - 1) + $f($n - 1) }; $f(60))`},
	{"a product of ranges", `[1..1000].([1..1000].([1..1000]))`},
	{"a product of maps", `$map([1..3000], function($x) { $map([1..3000], function($y) { $x + $y }) })`},
	{"a large range", `[1..10000000].(1)`},
	{"a text that doubles", `$reduce([1..60], function($a, $n) { $a & $a }, "x")`},
	{"an array that doubles", `$reduce([1..60], function($a, $n) { $append($a, $a) }, [1])`},
	{"an array constructor that doubles", `$reduce([1..60], function($a, $n) { [$a, $a] }, [1])`},
	{"an array constructor that doubles twice, as the result", `$reduce([1..60], function($a, $n) { [[$a], [$a]] }, [1])`},
	{"an object that doubles, as the result", `$reduce([1..60], function($a, $n) { {"a": $a, "b": $a} }, {})`},
	{"an array of the data that doubles, as the result", `$reduce([1..60], function($a, $n) { {"a": [$a], "b": $a} }, visits)`},
	{"a long text in many places", `($t := $pad("x", 900000, "x"); [1..1000].{"t": $t})`},
	{"a value that doubles as text", `$string($reduce([1..60], function($a, $n) { {"a": $a, "b": $a} }, {}))`},
	{"a value that doubles, compared", `($a := $reduce([1..60], function($a, $n) { {"a": $a, "b": $a} }, {}); $b := $reduce([1..60], function($a, $n) { {"a": $a, "b": $a} }, {}); $a = $b)`},
	{"a value that doubles, cloned", `$clone($reduce([1..60], function($a, $n) { {"a": $a, "b": $a} }, {}))`},
	{"the descendants of a value that doubles", `$count($reduce([1..60], function($a, $n) { {"a": $a, "b": $a} }, {}).**)`},
	{"the keys of a value that doubles", `$keys($reduce([1..60], function($a, $n) { [[$a], [$a]] }, [1]))`},
	{"a long padding", `$pad("x", 1e9)`},
	{"a long padding to the left", `$pad("x", -1e300, "abc")`},
	{"a long join", `$join($map([1..3000], function() { $pad("x", 100000) }), ",")`},
	{"a long replacement", `$replace($pad("x", 100000, "x"), "x", $pad("y", 10000, "y"))`},
	{"a long replacement by a pattern", `$replace($pad("x", 100000, "x"), /x/, $pad("y", 10000, "y"))`},
	{"a group of a long text at each match", `$replace($pad("x", 20000, "x"), /x(?=(x*))/, "$1")`},
	{"a pattern that backtracks", `$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /^(?=a)(a+)+$/)`},
	{"many patterns that backtrack a while each", `$map([1..100000], function($n) { $match("aaaaaaaaaaaaaaaaaaaaab", /^(?=a)(a+)+$/) })`},
	{"a pattern with a reference", `$match($pad("a", 100000, "a"), /(a*)*\1b/)`},
	{"many large values that differ", `$distinct([1..100000].{"a": $})`},
	{"a zip of everything", `$zip([1..1000000], [1..1000000], [1..1000000], [1..1000000], [1..1000000])`},
	{"a sort that asks for ever", `$sort([1..1000000], function($a, $b) { $a < $b })`},
	{"an object that contains itself", `$string({"a": {}} ~> |a|{"self": $}|)`},
	{"an object that contains itself, as the result", `{"a": {}} ~> |a|{"self": $}|`},
	{"an evaluation that evaluates itself", `($e := "$eval($e)"; $eval($e))`},
	{"a long group-by", `[1..3000].($n := $; [1..3000]{$string($): $n})`},
	{"a flood of words", `$map([1..100000], function($n) { $formatInteger($n * 1e13 + 123456789, "w") })`},
	{"a flood of numerals", `$formatInteger(1e308, "I")`},
	{"a number with many digits", `$formatNumber(1, $pad("0", 1e7, "0"))`},
	{"a long exponent", `$formatNumber(1e-300, "0.0e0")`},
	{"numbers with many decimal places", `$round(1.5, 1e9) & $round(1.5, -1e9)`},
	{"deep parentheses", strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000)},
	{"deep arrays", strings.Repeat("[", 1_900) + strings.Repeat("]", 1_900)},
	{"a deep sum", "1" + strings.Repeat("+1", 200_000)},
	{"a deep negation", strings.Repeat("-", 100_000) + "1"},
	{"a deep path", "a" + strings.Repeat(".a", 20_000)},
}

// TestBombsEnd runs each bomb within 300 MB. It may return a result; it must not hang or fill the memory. On a quiet machine, none takes
// more than about a second: -v shows the times.
func TestBombsEnd(t *testing.T) {
	// The heap holds what is in use, and not the garbage of a machine that is too busy to collect it.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(250 << 20))
	limits := eval.DefaultLimits
	limits.Steps /= share
	limits.Bytes /= share
	for _, bomb := range bombs {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		program, err := eval.Compile(bomb.source)
		if err == nil {
			_, _, err = program.Eval(eval.Undefined, eval.Options{Limits: limits})
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		var f *fault.Fault
		if err != nil && !errors.As(err, &f) {
			t.Errorf("%s: %v", bomb.why, err)
		}
		grown := (after.HeapSys - min(before.HeapSys, after.HeapSys)) >> 20
		if grown > 300 {
			t.Errorf("%s grew the heap by %d MB: %.80v", bomb.why, grown, err)
		}
		t.Logf("%-50s %8v %4d MB %.60v", bomb.why, took.Round(time.Millisecond), grown, err)
	}
}

func TestLimits(t *testing.T) {
	deep := "1" + strings.Repeat("+1", 98) // the sum of 99 numbers nests 99 deep, counting the last number
	for _, row := range []struct {
		why, source string
		limits      eval.Limits
		want        string
	}{
		{"a depth of 100", deep + "+1", eval.Limits{Depth: 100}, ""},
		{"a depth of 101", deep + "+1+1", eval.Limits{Depth: 100}, eval.TooDeep},
		{"steps", `[1..100].(1)`, eval.Limits{Steps: 50}, eval.TooLong},
		{"memory", `[1..100]`, eval.Limits{Bytes: 900}, eval.TooBig},
		{"memory of a single value", `[1..100]`, eval.Limits{Single: 900}, eval.TooBig},
		{"a tail call needs no depth", `($f := function($n) { $n = 0 ? "end" : $f($n - 1) }; $f(1000))`, eval.Limits{Depth: 20}, ""},
	} {
		program, err := eval.Compile(row.source)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = program.Eval(eval.Undefined, eval.Options{Limits: row.limits})
		var f *fault.Fault
		if row.want == "" && err != nil || row.want != "" && (!errors.As(err, &f) || f.Code != fault.Stopped || f.Message() != row.want) {
			t.Errorf("%s: %v, want %s", row.why, err, row.want)
		}
	}
}
