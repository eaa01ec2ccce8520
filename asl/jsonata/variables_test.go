package jsonata_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl/jsonata"
)

func TestVariables(t *testing.T) {
	for _, test := range []struct {
		reason, source string
		want           jsonata.Variables
	}{
		{"a literal uses nothing", `1`, jsonata.Variables{}},
		{"members of $states", `$states.input.a + $states.result.b`, jsonata.Variables{Free: []string{"states"}, States: []string{"input", "result"}}},
		{"$states as a whole", `$states`, jsonata.Variables{Free: []string{"states"}, AllStates: true}},
		{"$states with a computed member", `$lookup($states, "result")`, jsonata.Variables{Free: []string{"states"}, AllStates: true, Functions: []string{"lookup"}}},
		{"$states with all its members", `$states.*`, jsonata.Variables{Free: []string{"states"}, AllStates: true}},
		{"a variable of the state machine", `$threshold > 1`, jsonata.Variables{Free: []string{"threshold"}}},
		{"a local variable is not free", `($x := $a; $x + $y)`, jsonata.Variables{Free: []string{"a", "y"}}},
		{"the value of a local variable is computed first", `($x := $x + 1; $x)`, jsonata.Variables{Free: []string{"x"}}},
		{"a function in the value is called later", `($x := $map($a, function() { $x }); $x)`, jsonata.Variables{Free: []string{"a"}, Functions: []string{"map"}}},
		{"a variable is free outside its block", `(($x := 1); $x)`, jsonata.Variables{Free: []string{"x"}}},
		{"a block inside an array", `[($x := 1; $x), $x]`, jsonata.Variables{Free: []string{"x"}}},
		{"parameters are not free", `$map($list, function($v, $i) { $v + $i + $z })`, jsonata.Variables{Free: []string{"list", "z"}, Functions: []string{"map"}}},
		{"a function calls itself", `($f := function($n) { $f($n - 1) }; $f(1))`, jsonata.Variables{}},
		{"an unknown function", `$nope($x)`, jsonata.Variables{Free: []string{"x"}, Functions: []string{"nope"}, Unknown: []string{"nope"}}},
		{"a function that AWS removed", `$eval("1")`, jsonata.Variables{Functions: []string{"eval"}, Unknown: []string{"eval"}}},
		{"functions that AWS added", `$parse($hash($uuid(), "MD5"))`, jsonata.Variables{Functions: []string{"hash", "parse", "uuid"}}},
		{"a function by its name", `$map($list, $uppercase)`, jsonata.Variables{Free: []string{"list"}, Functions: []string{"map", "uppercase"}}},
		{"a variable may have a function's name", `$count + $sum.a + $string($max) + $map($min, $nope)`,
			jsonata.Variables{Free: []string{"count", "max", "min", "nope", "sum"}, Functions: []string{"map", "string"}}},
		{"a function may have another name", `($f := $uppercase; $f("a"))`, jsonata.Variables{Functions: []string{"uppercase"}}},
		{"a function behind an arrow", `$a ~> $uppercase() ~> $nope`, jsonata.Variables{Free: []string{"a", "nope"}, Functions: []string{"uppercase"}}},
		{"an unqualified name has no context", `risk > 1`, jsonata.Variables{Root: true}},
		{"$ has no context", `$`, jsonata.Variables{Root: true}},
		{"$$ has no context", `$a[$$.b]`, jsonata.Variables{Free: []string{"a"}, Root: true}},
		{"a predicate has a context", `$a[risk > $limit]`, jsonata.Variables{Free: []string{"a", "limit"}}},
		{"a step has a context", `$a.(b & $)`, jsonata.Variables{Free: []string{"a"}}},
		{"an order-by has a context", `$a^(b, >$c)`, jsonata.Variables{Free: []string{"a", "c"}}},
		{"a group-by has a context", `$a{b: $c}`, jsonata.Variables{Free: []string{"a", "c"}}},
		{"a transformation has a context", `$a ~> |b|{"c": $d}, ["e"]|`, jsonata.Variables{Free: []string{"a", "d"}}},
		{"bound by a path", `$a.b@$x#$i.($x & $i & $y)`, jsonata.Variables{Free: []string{"a", "y"}}},
		{"in conditions", `$a ? $b : $c`, jsonata.Variables{Free: []string{"a", "b", "c"}}},
		{"in constructors", `[{"a": $b, $c: -$d}]`, jsonata.Variables{Free: []string{"b", "c", "d"}}},
		{"a predicate of $states.input is a use of it", `$states.input[$states.result.x]`, jsonata.Variables{Free: []string{"states"}, States: []string{"input", "result"}}},
	} {
		expression, err := jsonata.Compile(test.source)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, expression.Variables()); diff != "" {
			t.Errorf("%s: %s: (-want +got)\n%s", test.reason, test.source, diff)
		}
	}
}

func TestEvalReadsEveryPartOfAVariable(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{`$floor($states.input.risk)`, `0`},
		{`$keys($states.input)`, `["subject","risk","visits","one","none","unknown","json"]`},
		{`$states.input.visits[0]`, `{"n":1,"day":3}`},
		{`$states.input.visits.$keys()`, `["n","day","n","n","day"]`},
		{`$states.*.subject`, `"S1"`},
		{`$states.**.day`, `[3,31]`},
		{`$states.input.visits.%.subject`, `["S1","S1","S1"]`},
		{`$states.input.visits@$v.subject & $states.input.visits#$i[$i = 1].n`, `"[\"S1\",\"S1\",\"S1\"]2"`},
		{`$string($states.context)`, `"{\"Execution\":{\"Name\":\"run-1\"}}"`},
		{`$each($states.input.visits[1], function($v, $k) { $k & $v })`, `"n2"`},
		{`$lookup($states.input, "ri" & "sk")`, `0.9`},
	} {
		values := boundValues(t)
		if got := evaluate(t, test.source, values, options()); got != test.want {
			t.Errorf("%s gives %s, want %s", test.source, got, test.want)
		}
	}
}
