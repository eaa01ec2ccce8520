package intrinsic_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/intrinsic"
	"clinical-risk-pipeline/asl/jsonpath"
	"clinical-risk-pipeline/asl/value"
)

const input = `{
	"n": 3, "f": 12.5, "text": "a,b;;c", "list": [1, 2, 2, "2", {"a": 1}, {"a": 1.0}], "object": {"b": [true, null], "a": 1.5}, "null": null,
	"template": "{} \\{and\\} {}", "json": "{\"risk\": 0.9}", "half": -0.5, "tiny": 0.00001, "big": 12345678.5, "edge": 10000000.5, "x]),(": 7}`

var calls = []struct{ reason, call, want string }{
	{"places are filled in order", `States.Format('{} of {}', $.n, 'ten')`, `"3 of ten"`},
	{"braces are escaped", `States.Format('\{{}\}', 1)`, `"{1}"`},
	{"quotes and backslashes are escaped", `States.Format('it\'s \\{}', 1)`, `"it's \\1"`},
	{"a template may come from the input", `States.Format($.template, 1, 2)`, `"1 {and} 2"`},
	{"objects print as Java prints them", `States.Format('{}', $.object)`, `"{b=[true, null], a=1.5}"`},
	{"null is a word", `States.Format('{}', $.null)`, `"null"`},
	{"integers have no fraction", `States.Format('{}', 5.0)`, `"5"`},
	{"small numbers have an exponent", `States.Format('{} {}', $.tiny, 0.001)`, `"1.0E-5 0.001"`},
	{"large fractions have an exponent", `States.Format('{}', $.big)`, `"1.23456785E7"`},
	{"large numbers have an exponent from ten million on", `States.Format('{}', $.edge)`, `"1.00000005E7"`},
	{"a template without places", `States.Format('plain')`, `"plain"`},
	{"JSON becomes a value", `States.StringToJson($.json)`, `{"risk":0.9}`},
	{"a blank text is null on AWS", `States.StringToJson('  ')`, `null`},
	{"minus zero is zero", `States.StringToJson('-0')`, `0`},
	{"large integers stay exact", `States.StringToJson('1234567890123456789')`, `1234567890123456789`},
	{"a value becomes compact JSON", `States.JsonToString($.object)`, `"{\"b\":[true,null],\"a\":1.5}"`},
	{"markup is not escaped", `States.JsonToString('<\\"é>')`, `"\"<\\\\\\\"é>\""`},
	{"an array of anything", `States.Array('a', 1, $.null, true)`, `["a",1,null,true]`},
	{"an empty array", `States.Array()`, `[]`},
	{"the last chunk is shorter", `States.ArrayPartition(States.Array(1, 2, 3), 2)`, `[[1,2],[3]]`},
	{"the smallest chunks", `States.ArrayPartition(States.Array(1, 2), 1)`, `[[1],[2]]`},
	{"the size is rounded", `States.ArrayPartition(States.Array(1, 2, 3), 1.5)`, `[[1,2],[3]]`},
	{"an empty array has no chunks", `States.ArrayPartition(States.Array(), 2)`, `[]`},
	{"numbers compare by value", `States.ArrayContains($.list, 2.0)`, `true`},
	{"objects compare by value", `States.ArrayContains($.list, $.list[4])`, `true`},
	{"types must match", `States.ArrayContains($.list, '1')`, `false`},
	{"a range includes its end", `States.ArrayRange(1, 9, 2)`, `[1,3,5,7,9]`},
	{"a range with a negative step", `States.ArrayRange(3, 0, -2)`, `[3,1]`},
	{"a falling range includes its end", `States.ArrayRange(4, 0, -2)`, `[4,2,0]`},
	{"the longest range", `States.ArrayLength(States.ArrayRange(1, 1000, 1))`, `1000`},
	{"a range may be empty", `States.ArrayRange(3, 0, 1)`, `[]`},
	{"the arguments of a range are rounded", `States.ArrayRange(0.5, 2.4, 1)`, `[1,2]`},
	{"an item", `States.ArrayGetItem($.list, 3)`, `"2"`},
	{"the first item", `States.ArrayGetItem($.list, 0)`, `1`},
	{"a length", `States.ArrayLength($.list)`, `6`},
	{"the first of equal items is kept", `States.ArrayUnique($.list)`, `[1,2,"2",{"a":1}]`},
	{"base64", `States.Base64Encode('Data to encode')`, `"RGF0YSB0byBlbmNvZGU="`},
	{"base64 decoding", `States.Base64Decode('RGF0YSB0byBlbmNvZGU=')`, `"Data to encode"`},
	{"the longest text", `States.Hash('` + strings.Repeat("x", 10_000) + `', 'MD5')`, `"b567fcb68d8555227123ab87e255872e"`},
	{"MD5", `States.Hash('abc', 'MD5')`, `"900150983cd24fb0d6963f7d28e17f72"`},
	{"SHA-1", `States.Hash('abc', 'SHA-1')`, `"a9993e364706816aba3e25717850c26c9cd0d89d"`},
	{"SHA-256", `States.Hash('abc', 'SHA-256')`, `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`},
	{"SHA-384", `States.Hash('abc', 'SHA-384')`, `"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"`},
	{"SHA-512", `States.Hash('abc', 'SHA-512')`, `"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"`},
	{"the second object wins, whole members at a time", `States.JsonMerge($.object, States.StringToJson('{"b": {"c": 1}}'), false)`, `{"b":{"c":1},"a":1.5}`},
	{"a sum", `States.MathAdd($.n, -1)`, `2`},
	{"a sum rounds half up", `States.MathAdd($.f, $.half)`, `13`},
	{"every separator splits, empty parts are dropped", `States.StringSplit($.text, ',;')`, `["a","b","c"]`},
	{"no separator, no split", `States.StringSplit($.text, '')`, `["a,b;;c"]`},
	{"a path with commas, brackets and quotes is one argument", `States.ArrayLength($.list[?(@.a == 1 && @.b != ',)')])`, `2`},
	{"brackets in a quoted name are part of the name", `States.Array($['x]),('], 1)`, `[7,1]`},
	{"blanks do not matter", `States.Array( 1 ,  'x' )`, `[1,"x"]`},
	{"calls nest", `States.ArrayGetItem(States.StringSplit(States.Format('{}-{}', 'a', 'b'), '-'), 1)`, `"b"`},
}

func resolve(t testing.TB) func(*jsonpath.Path) (any, error) {
	t.Helper()
	root, err := value.DecodeString(input)
	if err != nil {
		t.Fatal(err)
	}
	return func(path *jsonpath.Path) (any, error) { return path.Get(root) }
}

func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestCalls(t *testing.T) {
	for _, test := range calls {
		call, err := intrinsic.Parse(test.call)
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		result, err := call.Eval(resolve(t), random())
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		if got := value.Encode(result); got != test.want {
			t.Errorf("%s: %s gives %s, want %s", test.reason, test.call, got, test.want)
		}
	}
}

func TestEveryFunctionIsCalled(t *testing.T) {
	called := "States.MathRandom( States.UUID(" // see TestRandomness
	for _, test := range calls {
		called += " " + test.call
	}
	for _, name := range intrinsic.Names() {
		if !strings.Contains(called, name+"(") {
			t.Errorf("calls has no row for %s", name)
		}
	}
}

func TestCallsThatFail(t *testing.T) {
	long := strings.Repeat("x", 10_001)
	for _, test := range []struct{ reason, call, want string }{
		{"more places than arguments", `States.Format('{} {}', 1)`, "2 places, but there are 1 arguments"},
		{"fewer places than arguments", `States.Format('{}', 1, 2)`, "1 places, but there are 2 arguments"},
		{"a brace that is not escaped", `States.Format('{ {}', 1)`, "brace"},
		{"a template that is not a text", `States.Format($.n)`, "the first argument must be of type string, but is of type number"},
		{"the error does not quote a text that is not JSON", `States.StringToJson('secret')`, "the argument is not JSON"},
		{"JSON with text after it", `States.StringToJson('1 2')`, "not JSON"},
		{"an empty chunk", `States.ArrayPartition($.list, 0)`, "positive"},
		{"all faults of the arguments", `States.ArrayPartition($.n, 'x')`, "the first argument must be of type array, but is of type number\nthe second argument must be an integer, but is of type string"},
		{"a search in a text", `States.ArrayContains($.text, 'a')`, "the first argument must be of type array"},
		{"the length of a text", `States.ArrayLength($.text)`, "the first argument must be of type array"},
		{"the unique items of a text", `States.ArrayUnique($.text)`, "the first argument must be of type array"},
		{"a split of a number", `States.StringSplit($.n, ',')`, "the first argument must be of type string"},
		{"JSON from a number", `States.StringToJson($.n)`, "the first argument must be of type string"},
		{"base64 of a number", `States.Base64Encode($.n)`, "the first argument must be of type string"},
		{"base64 decoding of a number", `States.Base64Decode($.n)`, "the first argument must be of type string"},
		{"an invalid seed", `States.MathRandom(0, 9, 'x')`, "the third argument must be an integer"},
		{"a range with a step of 0", `States.ArrayRange(1, 2, 0)`, "must not be 0"},
		{"a range that is too long", `States.ArrayRange(0, 1000, 1)`, "more than 1000"},
		{"an index outside", `States.ArrayGetItem($.list, 6)`, "outside"},
		{"a negative index", `States.ArrayGetItem($.list, -1)`, "outside"},
		{"text that is too long to encode", `States.Base64Encode('` + long + `')`, "more than 10000 characters"},
		{"text that is too long to hash", `States.Hash('` + long + `', 'MD5')`, "more than 10000 characters"},
		{"text that is not base64", `States.Base64Decode('%')`, "not base64"},
		{"an unknown algorithm", `States.Hash('x', 'MD4')`, "MD5, SHA-1"},
		{"a deep merge", `States.JsonMerge($.object, $.object, true)`, "deep merging"},
		{"a merge of an array", `States.JsonMerge($.object, $.list, false)`, "the second argument must be of type object, but is of type array"},
		{"a sum beyond 32 bits", `States.MathAdd(2147483647, 1)`, "-2147483648 to 2147483647"},
		{"a summand beyond 32 bits", `States.MathAdd(2147483648, -1)`, "-2147483648 to 2147483647"},
		{"a random number from an empty range", `States.MathRandom(1, 1)`, "less than"},
	} {
		call, err := intrinsic.Parse(test.call)
		if err != nil {
			t.Fatal(err)
		}
		var failure *intrinsic.Error
		_, err = call.Eval(resolve(t), random())
		if !errors.As(err, &failure) || !strings.Contains(failure.Message, test.want) || failure.Call != test.call {
			t.Errorf("%s: got %v, want %s", test.reason, err, test.want)
		}
		if err != nil && strings.Contains(failure.Message, "secret") {
			t.Errorf("%s: the message quotes the data: %v", test.reason, err)
		}
	}
}

func TestAnErrorNamesTheCallThatFailed(t *testing.T) {
	call, err := intrinsic.Parse(`States.Array(States.ArrayGetItem($.list, 99))`)
	if err != nil {
		t.Fatal(err)
	}
	const want = "The function 'States.ArrayGetItem($.list, 99)' had the following error: the index 99 is outside of the array of 6 items"
	if _, err = call.Eval(resolve(t), random()); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestEvalReturnsTheErrorOfResolve(t *testing.T) {
	call, err := intrinsic.Parse(`States.Array($.missing)`)
	if err != nil {
		t.Fatal(err)
	}
	var missing *jsonpath.NotFoundError
	if _, err = call.Eval(resolve(t), random()); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ reason, call, want string }{
		{"not a call", `States.UUID`, "expected 'States.Name('"},
		{"an unknown function", `States.Sum(1)`, `no function "States.Sum"`},
		{"too few arguments", `States.Hash('x')`, "takes 2 arguments, got 1"},
		{"too many arguments", `States.UUID(1)`, "takes 0 arguments, got 1"},
		{"a range of numbers of arguments", `States.MathRandom(1)`, "takes 2 to 3 arguments, got 1"},
		{"at least one argument", `States.Format()`, "takes 1 or more arguments, got 0"},
		{"an open quote", `States.Array('x)`, "not closed"},
		{"an open parenthesis", `States.Array(1`, "expected ',' or ')'"},
		{"an escape that AWS does not know", `States.StringToJson('{\"a\":1}')`, "escapes"},
		{"a backslash at the end", `States.Array('x\`, "escapes"},
		{"double quotes", `States.Array("x")`, "single quotes"},
		{"an invalid number", `States.Array(0x10)`, "a number"},
		{"text after the call", `States.Array() x`, "after the call"},
		{"an open quote in a path", `States.Array($.a['b`, "not closed"},
		{"an open quote after a backslash", `States.Array($.a['b\`, "not closed"},
		{"an invalid path", `States.Array($.a..)`, "must not end"},
		{"eleven nested calls", strings.Repeat("States.Array(", 11) + strings.Repeat(")", 11), "more than 10 deep"},
	} {
		_, err := intrinsic.Parse(test.call)
		var syntax *intrinsic.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Message, test.want) {
			t.Errorf("%s: got %v, want %s", test.reason, err, test.want)
		}
	}
	if _, err := intrinsic.Parse(strings.Repeat("States.Array(", 10) + strings.Repeat(")", 10)); err != nil {
		t.Errorf("ten nested calls: %v", err)
	}
}

func TestRandomness(t *testing.T) {
	eval := func(source string, random *rand.Rand) any {
		call, err := intrinsic.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		value, err := call.Eval(resolve(t), random)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	source, seen := random(), map[any]bool{}
	for range 200 {
		seen[eval(`States.MathRandom(-1, 2)`, source)] = true
	}
	if len(seen) != 3 || !seen[-1.0] || !seen[0.0] || !seen[1.0] {
		t.Errorf("numbers from -1 up to 2 were %v", seen)
	}
	if a, b := eval(`States.MathRandom(0, 1000000, 7)`, source), eval(`States.MathRandom(0, 1000000, 7)`, source); a != b {
		t.Errorf("one seed gives %v and %v", a, b)
	}
	if a, b := eval(`States.MathRandom(0, 1000000, 7)`, source), eval(`States.MathRandom(0, 1000000, 8)`, source); a == b {
		t.Errorf("two seeds give %v", a)
	}
	id, _ := eval(`States.UUID()`, source).(string)
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("%q is not a UUID of version 4", id)
	}
	if id == eval(`States.UUID()`, source) || id == eval(`States.UUID()`, rand.New(rand.NewPCG(3, 4))) {
		t.Error("UUIDs repeat")
	}
}

func TestPathsIncludesNestedCalls(t *testing.T) {
	call, err := intrinsic.Parse(`States.Format('{} {}', $.a, States.Array($$.b, $c))`)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, path := range call.Paths() {
		paths = append(paths, path.String())
	}
	if got := strings.Join(paths, " "); got != "$.a $$.b $c" {
		t.Errorf("got %s", got)
	}
}

func FuzzCall(f *testing.F) {
	for _, test := range calls {
		f.Add(test.call)
	}
	find := resolve(f)
	f.Fuzz(func(_ *testing.T, source string) {
		if call, err := intrinsic.Parse(source); err == nil {
			_, _ = call.Eval(find, random())
		}
	})
}

func BenchmarkEval(b *testing.B) {
	call, err := intrinsic.Parse(`States.Format('{} of {}', $.n, States.ArrayLength($.list))`)
	if err != nil {
		b.Fatal(err)
	}
	find, source := resolve(b), random()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := call.Eval(find, source); err != nil {
			b.Fatal(err)
		}
	}
}
