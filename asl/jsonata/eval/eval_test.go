package eval_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

// row is an expression on the document, and what it gives: JSON, "undefined", or a fault as code and text.
type row struct{ why, source, want string }

func evaluateAll(t *testing.T, rows []row) {
	t.Helper()
	input, err := value.DecodeString(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if got := show(row.source, input, eval.Options{}); got != row.want {
			t.Errorf("%s: %s\n got  %s\n want %s", row.why, row.source, got, row.want)
		}
	}
}

// TestEveryFunctionIsCalled fails for a function that no row calls.
func TestEveryFunctionIsCalled(t *testing.T) {
	called := map[string]bool{"random": true, "shuffle": true, "now": true, "millis": true} // in tests of their own
	for _, rows := range [][]row{languageRows, functionRows} {
		for _, row := range rows {
			for _, word := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(row.source, -1) {
				called[word[1]] = true
			}
		}
	}
	for name := range eval.Standard() {
		if !called[name] {
			t.Errorf("no row calls $%s", name)
		}
	}
}

func TestRandom(t *testing.T) {
	seeded := func() eval.Options { return eval.Options{Random: rand.New(rand.NewPCG(1, 2))} }
	for _, source := range []string{`$random()`, `$shuffle([1..20])`} {
		first, again := show(source, nil, seeded()), show(source, nil, seeded())
		if other := show(source, nil, eval.Options{}); first != again || first == other {
			t.Errorf("%s gives %s and %s from one source, %s from another", source, first, again, other)
		}
	}
	if got := show(`$sort($shuffle([1..5]))`, nil, eval.Options{}); got != `[1,2,3,4,5]` {
		t.Error(got)
	}
}

func show(source string, input any, o eval.Options) string {
	program, err := eval.Compile(source)
	if err != nil {
		return err.Error()
	}
	switch v, defined, err := program.Eval(input, o); {
	case err != nil:
		return err.Error()
	case !defined:
		return "undefined"
	case v == eval.Function{}:
		return "function"
	default:
		return value.Encode(v)
	}
}

func TestOrderIsKept(t *testing.T) {
	input, err := value.DecodeString(`{"z": 1, "a": {"y": 2, "b": 3}, "10": 4, "2": 5}`)
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		`$`:                                   `{"z":1,"a":{"y":2,"b":3},"10":4,"2":5}`,
		`$keys($)`:                            `["z","a","10","2"]`,
		`*`:                                   `[1,{"y":2,"b":3},4,5]`,
		`**[$type($) = "number"]`:             `[1,2,3,4,5]`,
		`$string(a)`:                          `"{\"y\":2,\"b\":3}"`,
		`$spread(a)`:                          `[{"y":2},{"b":3}]`,
		`$each(a, function($v, $k){$k})`:      `["y","b"]`,
		`$merge([a, {"b": 4, "a": 5}])`:       `{"y":2,"b":4,"a":5}`,
		`{"q": z, "b": 1, "a": 2}`:            `{"q":1,"b":1,"a":2}`,
		`["b", "a", "b"]{$: $count($)}`:       `{"b":2,"a":1}`,
		`$sift($, function($v){$exists($v)})`: `{"z":1,"a":{"y":2,"b":3},"10":4,"2":5}`,
		`$ ~> |a|{"x": 1}, "y"|`:              `{"z":1,"a":{"b":3,"x":1},"10":4,"2":5}`,
	} {
		if got := show(source, input, eval.Options{}); got != want {
			t.Errorf("%s gives %s, want %s", source, got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	twice := eval.Row{Name: "twice", Signature: "<n-:n>", Code: func(c *eval.Call) any {
		n, ok := c.Number(0)
		if !ok {
			return eval.Undefined
		}
		return 2 * n
	}}
	o := eval.Options{
		Variable: func(name string) (any, bool) {
			v, ok := map[string]any{"x": 1.0, "sum": "hidden"}[name]
			return v, ok
		},
		Functions: eval.Standard().With(twice).Without("eval"),
		Now:       func() time.Time { return time.UnixMilli(1767323045006) },
	}
	for source, want := range map[string]string{
		`$x & $sum`: `"1hidden"`, `$sum([1])`: "T1006: Attempted to invoke a non-function", `$twice(4)`: `8`, `[1, 2].$twice()`: `[2,4]`, `$twice("a")`: `T0410: Argument 1 of function "twice" does not match function signature`,
		`$eval("1")`: "T1006: Attempted to invoke a non-function", `$now()`: `"2026-01-02T03:04:05.006Z"`, `$millis()`: `1767323045006`, `$now("[Y]", "-0500")`: `"2026"`,
	} {
		if got := show(source, eval.Undefined, o); got != want {
			t.Errorf("%s gives %s, want %s", source, got, want)
		}
	}
	o.RefuseFunctions = true
	for _, source := range []string{`$max`, `{"a": $max}`, `[$max]`, `function($a){$a}`} {
		program, err := eval.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := program.Eval(nil, o); !errors.Is(err, eval.ErrFunction) {
			t.Errorf("%s: error %v", source, err)
		}
	}
}

func TestFaultsHaveTheirPlace(t *testing.T) {
	for source, want := range map[string]fault.Fault{
		`1 +`:                                    {Code: "S0207", Position: 3},
		`"😀" & (1 + "b")`:                        {Code: "T2002", Position: 11, Token: "+"}, // in UTF-16 units
		`$sum("a")`:                              {Code: "T0412", Position: 5, Token: "sum"},
		`$map([1], function($x){$error()})`:      {Code: "D3137", Position: 30, Token: "error"},
		`[1, 2] ~> $nothing()`:                   {Code: "T1006", Position: 19, Token: "nothing"},
		`(1; $f := function(){$sqrt(-1)}; $f())`: {Code: "D3060", Position: 27, Token: "sqrt"},
	} {
		program, err := eval.Compile(source)
		if err == nil {
			_, _, err = program.Eval(nil, eval.Options{})
		}
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != want.Code || f.Position != want.Position || want.Token != "" && f.Token != want.Token {
			t.Errorf("%s: %#v, want %#v", source, f, want)
		}
	}
}

func TestConcurrentEvaluations(t *testing.T) {
	program, err := eval.Compile(`$sum(visits[$match(tag, /[a-z]/)].n) & $toMillis("2026", "[Y]") & $formatNumber(n, "0.0")`)
	if err != nil {
		t.Fatal(err)
	}
	input, err := value.DecodeString(document)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan any)
	for range 8 {
		go func() {
			v, _, err := program.Eval(input, eval.Options{})
			if err != nil {
				v = err
			}
			results <- v
		}()
	}
	for range 8 {
		if v := <-results; v != "617672256000003.0" {
			t.Errorf("%v", v)
		}
	}
}
