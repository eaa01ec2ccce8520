package jsonata

import "strings"

// values lists the values of $x, and others the values of $y for each value of $x.
var values = []string{
	`null`, `true`, `false`, `0`, `1`, `-1.5`, `1e300`, `1e-7`, `123456.789`, `12345678901234567890`, `""`, `"a"`, `"[1, {\"a\": -0}]"`, `"é😀"`, `"�"`, `[]`, `[1]`, `[[1]]`,
	`[1, "a", null]`, `["a", "b"]`, `[{"a": 1}, {"a": 2, "b": [3]}]`, `{}`, `{"a": 1}`, `{"a": {"b": [1, 2]}, "b": null}`, `{"a": [{"b": 1}]}`, `{"toString": 1}`,
	`[{"a": 1, "b": "a"}, {"a": 1}, {"a": 2, "c": null}, {"b": "a"}]`, `[{"b": 1}, {"b": "a"}, 1, null]`, `{"a": [{"b": 1, "c": 2}, {"b": "a"}, {"c": 3}]}`, `[[1, 2], [3], []]`, `{"tupleStream": true, "a": 1}`,
	`[{"a": [1]}]`, `[{"a": []}, {"b": 1}]`, `[[{"a": 1}, {"a": {"b": 2}}], {"a": [[{"b": [4, 5]}]]}]`, `{"a": [[{"b": [6]}]]}`, `[[{"a": [7]}]]`, `[[{"a": []}]]`,
}

var others = []string{`null`, `false`, `1`, `-1.5`, `"a"`, `[]`, `[1, "a", null]`, `{"a": {"b": 1}}`}

// few lists the values of $x for cases in which the value makes little difference.
var few = []string{
	`null`, `0`, `1.5`, `-2`, `""`, `"aé😀b"`, `[]`, `[1]`, `[[1], [2, 3]]`, `[1, "a", null]`, `{"a": {"b": [1, 2]}, "b": null}`, `[{"a": 1, "b": "a"}, {"a": [{"b": 1}, {"b": 2}]}, {"b": "a"}]`,
	`"2026-01-02T03:04:05.006Z"`, `86400000`, `"\"\\\u0001\u2029"`,
}

// cases lists expressions with the free variables $x and $y, and the values of $x in them. Both variables may also be undefined.
var cases = []struct{ values, expressions []string }{
	{values, onOperators}, {few, onScopes}, {few, onFunctions}, {values, onPredicates}, {few, onTexts},
}

var onOperators = []string{
	`1`, `"a"`, `null`, `$x`, `$x.a`, `$x.a.b`, `$x.toString`, `$x."a"`, `$undefined`, `$undefined.a`, `$count`, `$sum.a`, `($x)`, `-$x`, `-1`,
	`$x + $y`, `$x - 1`, `$x * $y`, `$x / $y`, `$x % $y`, `$x = $y`, `$x != $y`, `$x < $y`, `$x <= 1`, `$x > "a"`, `$x >= $y`,
	`$x and $y`, `$x or $y`, `$x in $y`, `$x in [1, "a", $y]`, `$x & $y`, `$x & "-" & 1.5`, `$x ? $y : 2`, `$x ? $y`,
	`[$x, $y]`, `[[$x], $y]`, `["[", $x]`, `[]`, `{"a": $x, "b": [$y]}`, `{"a": $x, "a": $y}`, `{"__proto__": $x}`, `{$x: 1}`, `{}`,
	`$exists($x)`, `$not($x)`, `$boolean($x)`, `$type($x)`, `$string($x)`, `$parse($x)`, `$merge([$x, $y])`, `$merge($x)`, `$sum($x)`,
	`$sum([$x, $y])`, `$count($x)`, `$count([$x])`, `$append($x, $y)`, `$append($x, [])`, `$exists()`, `$not($x, $y)`, `$parse("[1.0]")`, `$string(1e21)`,
	`$length($x)`, `$uppercase($x)`, `$lowercase($x)`, `$floor($x)`, `$ceil($x)`, `$abs($x)`, `$join($x, $y)`, `$join(["a", $x], "-")`, `$contains($x, $y)`,
	`$string($x * 1.1)`, `$string($x / 3)`, `$floor($x - 0.5) & ""`, `$ceil(-0.5)`, `$type($x) = "number" and $x >= 0 and $x <= 1`, `$merge([$x, {"z": $parse($y)}]).z`, `$x[0]`, `$x.a[]`, `$string($x.a + 1) & "%"`,
}

var onScopes = []string{
	`($a := $x; $a)`, `($a := $x; $b := $a.a; [$a, $b, $c])`, `($a := 1; ($a := $x; $a); $a)`, `($a := $x; ($b := $a; $b))`, `($x := 1; $x)`, `($x := $x; $x)`, `($x := $map([1, 2], function() { $x }); $x)`, `(1; $x := 2)`,
	`($a := $b; $b := $x; [$a, $b])`, `($a := 1; $a := $x; $a)`, `()`, `($f := function($a) { $a }; $f)`, `($f := function($a) { $a })`,
	`($f := function($a) { $a }; $f($x))`, `($f := function($a, $b) { [$a, $b] }; $f($x))`, `($f := function() { $x }; $f(1))`,
	`($f := function($a) { $a + $b }; $b := 2; $f($x))`, `($f := function($a) { $type($a) }; $g := function($b) { $f($b.a) }; $g($x))`,
	`($f := function($a) { $a ? $g($a) : 1 }; $g := function($b) { $b & "" }; $f($x))`, `($f := function($n) { $n <= 0 ? 0 : $f($n - 1) }; $f($x))`,
	`($f := function($n) { $n <= 0 ? 0 : 1 + $f($n - 1) }; [$f(5), $f($x)])`, `($f := function($n) { $n <= 0 ? 0 : 1 + $f($n - 1) }; $f(200))`, `($f := function($f) { $f }; $f($x))`, `($f := function($g) { $g($x) }; $f($type))`,
	`($f := function($a)<n:n> { $a }; $f($x))`, `($f := function($a, $a) { $a }; $f($x, 1))`, `function($a) { $a }($x)`, `$count($a := $x)`, `($count := $x; $count([1, 2]))`,
	`($f := $uppercase; $f($x))`, `($f := function($a) { $f := $a }; $f($x))`, `($f := function($a) { ($a := 1; $a) }; $f($x))`, `{"f": ($f := function() { 1 }; $f)}`,
	`($f := function($a) { {"a": $a} }; $f($x).a)`, `($f := function($a) { [$a] }; $f($x))`, `($f := function($a) { $a.b }; $f($x.a))`, `$x ~> $type()`,
}

var onFunctions = []string{
	`$map($x, function($v) { $v })`, `$map($x, function($v, $i, $a) { [$v, $i, $count($a), $i + 1] })`, `$map($x, function($v) { $v.a })`, `[$map($x, function($v) { $v.a })]`,
	`$map($x, function($v) { $v.a[b = 1] })`, `$map($x, function() { 1 })`, `$map($x, function($v) { $filter([$v], function($w) { $w = 1 }) })`,
	`($f := function($v) { $filter($v, function($w) { $w = "a" }) }; $map([[1], ["a", "a"], $x], $f))`, `($f := function($v) { $filter($v, function($w) { $w = "a" }) }; $f($x))`,
	`($f := function($v) { ($map($v, function($w) { $w.b })) }; [$map($x, $f)])`, `$map($x, $type)`, `($f := $x; $map($nothing, $f))`, `$map($x, 1)`, `$map($x)`, `$map($x, function($v) { $nothing })`,
	`$filter($x, function($v) { $v })`, `$filter($x, function($v) { $v.a = 1 })`, `$filter($x, function($v, $i) { $i > 0 })`, `[$filter($x, function($v) { $exists($v.a) }).a]`,
	`$filter($x, function($v) { $exists($v.a) }).a.b`, `$filter($x, function($v) { $not($exists($v.a)) })`, `$filter($x, function($v) { $v in ["a", 1] })`,
	`$filter([$x], function($v) { $type($v) = "object" }).a`, `$count($filter($x, function($v) { $type($v) = "string" }))`, `$filter($x, $boolean)`, `($filter := 1; $filter($x, function() { true }))`,
	`($f := function($v) { $type($v) = "object" }; [$map($filter($x, $f), function($v) { $v.a })])`, `$map($map($x, function($v) { [$v] }), function($v) { $v[0] })`,
	`$zip($x, $y)`, `$zip([1, 2, 3], $x)`, `$zip($x)`, `$map($zip($x, $x), function($p) { {"a": $p[0], "b": $p[1].a} })`, `$map($x, function($v) { $append($v, [1, [2]]) })`,
}

var onPredicates = []string{
	`$x[1]`, `$x[-1]`, `$x[1.7]`, `$x[-1.2]`, `$x[9]`, `$x[0].a`, `$x.a[0]`, `$x.a[0].b`, `$x.a[-1]`, `[$x[0]]`, `$x[0][0]`, `$x.a[0][0]`, `$x.a.b[0]`, `[$x.a[0]]`, `$x[$y]`, `$x["a"]`, `$x[null]`, `$x[[0]]`, `$x[{}]`,
	`$x[true]`, `$x[false]`, `$x[a = 1]`, `$x[a = $y]`, `$x[$exists(a)]`, `$x[$not($exists(a))]`, `$x[a]`, `$x[a.b = 1]`, `$x[a > 1]`, `$x[$type(a) = "array"].a`, `$x[$ = 1]`, `$x["a" in a]`, `$x[a in [1, null]]`,
	`$x.a[b = $y]`, `$x.a[b = 1].b`, `$x.a[$exists(b)]`, `$x.a[$not(b = 1)]`, `[$x[$exists(a)]]`, `[$x.a[true]]`, `$count($x[a = 1])`, `$count($x.a[$exists(b)])`, `$x[{"a": a}.a = 1]`, `$x[(a = 1)]`, `$x[($a := a; $a = 1)]`,
	`$x[$exists(a) and a >= 1 ? true : "a"]`, `$x[a ? a : null]`, `$x[$map(a, function($v) { $v }) = 1]`, `$x[a[0] = 1]`, `$x[a[b = 1]]`, `($a := [$x, 2]; $a[1])`, `($a := $x; $a[a = 1].a & "")`, `$x[0]^(a)`, `$append($x, 1)[0]`, `$append($x, [{"a": 3}]).a`, `$merge($x).a[0]`, `$type($x).a`,
}

var onTexts = []string{
	`$substring($x, 0, 1)`, `$substring($x, 1)`, `$substring($x, -2)`, `$substring($x, -2, 1)`, `$substring("aé😀b", $y)`, `$substring("aé😀b", 1, $y)`, `$substring("aé😀b", $y, 2)`, `$substring("abc", -5, 2)`,
	`$substring("abc", 3)`, `$substring("abc", 1, 0)`, `$substring("abc", 1.5)`, `$substring("abc", 1, -1)`, `$substring("abc", -9, 4)`, `$substring("abc", 1e12)`, `$substring("abc")`,
	`$formatInteger($x, "000")`, `$formatInteger(7, null)`, `$formatInteger(7, "00000000000000000000000")`, `$formatInteger(1234567, "0")`, `$formatInteger(12, "#0")`, `$formatInteger(12, "0,000")`, `$formatInteger(0, "00")`, `$formatInteger(-1, "00")`, `$formatInteger(1, "")`, `$formatInteger(7, "w")`,
	`$hash($x, "SHA-256")`, `$hash("abc", "SHA-1")`, `$hash("abc", "SHA-384")`, `$hash("abc", "SHA-512")`, `$hash("abc", "MD4")`, `$hash($x & "/a", "MD5")`, `$now()`, `$now("[Y]")`, `$millis()`, `$toMillis($x)`, `$toMillis("2026-01-02T03:04:05.678Z")`, `$toMillis("2026-01-02T03:04:05Z")`,
	`$toMillis("2026-01-02T03:04:05.678+01:00")`, `$toMillis("2026-02-30T03:04:05.678Z")`, `$toMillis("2026-01-02")`, `$toMillis("2026-01-02T24:00:00.000Z")`, `$toMillis("0000-01-02T03:04:05Z")`, `$toMillis("2026-01-02T03:04:05,678Z")`,
	`$fromMillis($x)`, `$fromMillis(1.5)`, `$fromMillis(1767323045006)`, `$fromMillis($toMillis("2026-12-31T23:59:59.999Z") + 1)`, `$fromMillis(-1)`, `$fromMillis(-62000000000000)`, `$fromMillis(253402300800000)`, `$fromMillis(0, "[Y]")`,
	`$string({"b": $x, "a": 1, "c": $x.a})`, `$string({"b": {"z": $x, "a": 1.0}, "a": "\u0000\u001f\"\\\b\f\n\r\t\u007f\u2028é😀/<>&"})`, `$string({})`, `$string({"a": $nothing})`, `$string({"1": $x})`, `$string({"b": 1, "10": 2, "9": 3})`,
	`$string({"a": 0.1 + 0.2, "b": 1/3, "c": true, "d": null})`, `$string({"é\"": $x.a})`, `$string({"a": [$x]})`, `$string({"__proto__": 1})`, `($string := $x; $string({"a": 1}))`, `$string({"a": 1}, true)`, `$x ? 1 : $error("no")`, `$error($x)`,
	`$split($x, $y)`, `$split("a,b", $x)`, `$split("", "a")`, `$count($split("a\"id\"b\"id\"", "\"id\""))`, `$split("aXbX", "X")`, `$split("a", "")`, `$split("a", "b")`, `[$split("a", "b")]`, `$split("a-b-c", "-", 2)`, `$split($x, ", ").a`,
	`$keys($x)`, `$keys({"a": 1})`, `$keys({})`, `$keys({"a": $x})`, `$count($keys({"a": 1, "b": 2}))`, `$keys({"toString": 1})`, `$keys([{"a": 1}])`, `$filter($keys($x), function($k) { $contains($k, "a") })`,
	`$x ? [1] : $sort($x)`, `$sort([2, 1], function($l, $r) { $l > $r })`,
}

// valuesOf returns the values of a variable for an expression: only undefined if the expression does not use it.
func valuesOf(variable, source string, values []string) []string {
	if !strings.Contains(source, variable) {
		return []string{""}
	}
	return append([]string{""}, values...)
}
