package jsonata_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/jsonata"
	"clinical-risk-pipeline/asl/value"
)

// options are a fixed clock and source of randomness.
func options() jsonata.Options {
	return jsonata.Options{
		Now:    func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC) },
		Random: rand.New(rand.NewPCG(1, 2)),
	}
}

// bound returns the options with variables.
func bound(variables map[string]any, o jsonata.Options) jsonata.Options {
	o.Variable = func(name string) (any, bool) {
		v, ok := variables[name]
		return v, ok
	}
	return o
}

// evaluate returns the result as JSON, "undefined", or the error.
func evaluate(t testing.TB, source string, bindings map[string]any, o jsonata.Options) string {
	t.Helper()
	expression, err := jsonata.Compile(source)
	if err != nil {
		return err.Error()
	}
	result, defined, err := expression.Eval(bound(bindings, o))
	switch {
	case err != nil:
		return err.Error()
	case !defined:
		return "undefined"
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// boundValues decodes a new copy of the bindings.
func boundValues(t testing.TB) map[string]any {
	t.Helper()
	decoded, err := value.DecodeString(bindings)
	if err != nil {
		t.Fatal(err)
	}
	bound := map[string]any{}
	for _, m := range decoded.(*value.Object).Members() {
		bound[m.Key] = m.Value
	}
	return bound
}

const bindings = `{"threshold": 0.75, "count": 3, "states": {
	"input": {"subject": "S1", "risk": 0.9, "visits": [{"n": 1, "day": 3}, {"n": 2}, {"n": 3, "day": 31}], "one": [7], "none": [], "unknown": null, "json": "{\"risk_score\": 0.81}"},
	"context": {"Execution": {"Name": "run-1"}}}}`

func TestEval(t *testing.T) {
	for _, test := range []struct{ reason, source, want string }{
		{"a path", `$states.input.risk`, `0.9`},
		{"a missing member is undefined", `$states.input.nothing`, `undefined`},
		{"null is a value", `$states.input.unknown`, `null`},
		{"an array of one in the data stays an array", `$states.input.one`, `[7]`},
		{"an empty array in the data stays an array", `$states.input.none`, `[]`},
		{"a sequence of one becomes its item", `$states.input.visits[n = 2].n`, `2`},
		{"a sequence of one that is kept as an array", `$states.input.visits[n = 2].n[]`, `[2]`},
		{"a sequence is an array", `$states.input.visits[n > 1].n`, `[2,3]`},
		{"an empty sequence is undefined", `$states.input.visits[n > 9].n`, `undefined`},
		{"a state machine's variable", `$states.input.risk > $threshold`, `true`},
		{"a variable may have a function's name", `$count + 1`, `4`},
		{"a variable hides the function", `$count([1])`, `T1006: Attempted to invoke a non-function`},
		{"a higher-order function", `$map($states.input.visits, function($v, $i) { $v.n * $i })`, `[0,2,6]`},
		{"a filter", `$filter($states.input.visits, function($v) { $exists($v.day) }).n`, `[1,3]`},
		{"an array of arrays", `$reduce($states.input.visits, function($a, $v) { $append($a, [[$v.n]]) }, [])`, `[[1],[2],[3]]`},
		{"a group-by", `$states.input.visits{$string(n): day}`, `{"1":3,"3":31}`},
		{"an order-by", `$states.input.visits^(>n).n`, `[3,2,1]`},
		{"the parent of a step", `$states.input.visits.(n & %.subject)`, `["1S1","2S1","3S1"]`},
		{"a transformation does not change its input", `($c := $states.input ~> |$|{"risk": 1}|; [$c.risk, $states.input.risk])`, `[1,0.9]`},
		{"a regular expression", `$replace("S-001", /S-0*(\d+)/, "subject $1")`, `"subject 1"`},
		{"local variables and recursion", `($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(10))`, `3628800`},
		{"the clock", `$now()`, `"2026-01-02T03:04:05.006Z"`},
		{"the clock in milliseconds", `$millis()`, `1767323045006`},
		{"the clock with a picture", `$now("[Y0001]-[M01]", "+0100")`, `"2026-01"`},
		{"a picture without a date uses the clock's date", `$fromMillis($toMillis("10:30", "[H01]:[m01]"))`, `"2026-01-02T10:30:00.000Z"`},
		{"a time without a zone is UTC", `$toMillis("2026-01-02T00:00:00")`, `1767312000000`},
		{"minus undefined is undefined", `-$states.input.none[0] & $string(0 * -1)`, `"0"`},

		{"base64encode without a browser", `$base64encode("é:pass")`, `"w6k6cGFzcw=="`},
		{"base64decode", `$base64decode("w6k6cGFzcw==")`, `"é:pass"`},
		{"base64decode of invalid text", `$base64decode("%")`, `D3137: The argument of the base64decode function is not base64`},
		{"base64encode of undefined", `$base64encode($nothing)`, `undefined`},

		{"AWS: parse", `$parse($states.input.json).risk_score`, `0.81`},
		{"AWS: parse of a scalar", `$parse("-0")`, `0`},
		{"AWS: parse of undefined", `$parse($nothing)`, `undefined`},
		{"AWS: the error of parse does not quote the text", `$parse("{secret")`, `D3137: The argument of the parse function is not JSON`},
		{"AWS: partition", `$partition([1, 2, 3, 4], 3)`, `[[1,2,3],[4]]`},
		{"AWS: partition of an empty array", `$partition([], 3)`, `[]`},
		{"AWS: partition by 0", `$partition([1], 0)`, `D3137: The second argument of the partition function must be a positive number`},
		{"AWS: partition checks its arguments", `$partition("a", "b")`, `T0410: Argument 2 of function "partition" does not match function signature`},
		{"AWS: range", `$range(0, 10, 5)`, `[0,5,10]`},
		{"AWS: range downward", `$range(3, 0, -2)`, `[3,1]`},
		{"AWS: range with a step of 0", `$range(0, 1, 0)`, `D3137: The third argument of the range function must not be 0`},
		{"AWS: range with more than 1,000 items", `$sum($range(1, 200000, 1))`, `20000100000`},
		{"AWS: range with a single number", `$range(1, 9, 9)`, `1`},
		{"AWS: range drops fractions", `$range(1.9, 3.2, 1)`, `[1,2,3]`},
		{"AWS: range that is too large", `$range(0, 1e9, 1)`, `U1001: Expression evaluation memory limit exceeded: Check for excessive memory usage`},
		{"AWS: a large range", `$sum([1..900000])`, `U1001: Expression evaluation memory limit exceeded: Check for excessive memory usage`},
		{"AWS: random is java.util.Random", `$random(42)`, `0.7275636800328681`},
		{"AWS: hash", `$hash("abc", "SHA-1")`, `"a9993e364706816aba3e25717850c26c9cd0d89d"`},
		{"AWS: hash with an unknown algorithm", `$hash("abc", "MD4")`, `D3137: The second argument of the hash function must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512`},
		{"AWS: no eval", `$eval("1")`, `T1006: Attempted to invoke a non-function`},

		{"an unknown function", `$randomSeeded(1)`, `T1006: Attempted to invoke a non-function`},
		{"values of different types", `$states.input.risk > "0.5"`, `T2009: The values 0.9 and "0.5" either side of operator ">" must be of the same data type`},
		{"a value without order", `$states.input.unknown > 1`, `T2010: The expressions either side of operator ">" must evaluate to numeric or string values`},
		{"not a number", `$states.input.subject * 2`, `T2001: The left side of the "*" operator must evaluate to a number`},
		{"infinity is null, as JSON.stringify writes it", `[1 / 0, $parseInteger("x", "0")]`, `[null,null]`},
		{"infinity is no operand", `1 / 0 + 1`, `D1001: Number out of range: null`},
		{"a function is not JSON", `$sum`, `the result is a function, which JSON cannot hold`},
		{"a lambda is not JSON", `function($x) { $x }`, `the result is a function, which JSON cannot hold`},
		{"a function inside a value is not JSON", `{"f": [$sum]}`, `the result is a function, which JSON cannot hold`},
		{"a regular expression is not JSON", `/a/`, `the result is a function, which JSON cannot hold`},
		{"a custom error", `$error("no consent")`, `D3137: no consent`},
		{"a syntax error", `$states.input.`, `S0207: Unexpected end of expression`},
		{"a syntax error with its token", `1 2`, `S0201: Syntax error: 2`},
	} {
		if got := evaluate(t, test.source, boundValues(t), options()); got != test.want {
			t.Errorf("%s: %s gives %s, want %s", test.reason, test.source, got, test.want)
		}
	}
}

func TestErrorsHaveCodeAndPosition(t *testing.T) {
	var fault *jsonata.Error
	if _, err := jsonata.Compile(`1 + `); !errors.As(err, &fault) || fault.Code != "S0207" || fault.Position != 4 {
		t.Errorf("got %#v", fault)
	}
	expression, err := jsonata.Compile(`"a" & (1 + "b")`)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := expression.Eval(options()); !errors.As(err, &fault) || fault.Code != "T2002" || fault.Position != 10 {
		t.Errorf("got %#v", fault)
	}
}

func TestEvalMutatesNoBinding(t *testing.T) {
	values := boundValues(t)
	for _, source := range []string{
		`$states.input ~> |$|{"risk": 1}, "json"|`, `$states.input.none{"a": 1}`, `$sort($states.input.visits, function($a, $b) { $a.n < $b.n })`,
		`$reverse($states.input.visits)`, `$states.input.visits#$i[$i = 0]`, `$append($states.input.visits, 1)`, `$merge([$states.input, {"a": 1}])`,
	} {
		evaluate(t, source, values, options())
		if got, _ := json.Marshal(values); string(got) != mustMarshal(t, boundValues(t)) {
			t.Errorf("%s changed its variables to %s", source, got)
		}
	}
}

func mustMarshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRandomFunctionsUseTheGivenSource(t *testing.T) {
	for _, source := range []string{`$random()`, `$uuid()`, `$shuffle([1..50])`} {
		o := options()
		first := evaluate(t, source, nil, o)
		if second := evaluate(t, source, nil, o); first == second {
			t.Errorf("%s gives %s twice", source, first)
		}
		if again := evaluate(t, source, nil, options()); first != again {
			t.Errorf("%s gives %s and %s from the same source", source, first, again)
		}
	}
	o := options()
	if id := evaluate(t, `$uuid()`, nil, o); !regexp.MustCompile(`^"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$`).MatchString(id) {
		t.Errorf("%s is not a UUID", id)
	}
	if got := evaluate(t, `$random(7) = $random(7) and $random(7) != $random(8)`, nil, o); got != "true" {
		t.Errorf("seeds: got %s", got)
	}
}
