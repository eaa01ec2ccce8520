package jsonata_test

import (
	"encoding/json"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/jsonata"
)

func open(t testing.TB) *jsonata.Library {
	t.Helper()
	dir, err := jsonata.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	library, err := jsonata.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func TestEvalFollowsTheLibrary(t *testing.T) {
	library := open(t)
	runtime, err := library.Runtime(jsonata.RuntimeOptions{Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.Close()
	for _, test := range []struct{ source, bindings, want string }{
		{"$states.input.a.b > 0.75", `{"states":{"input":{"a":{"b":0.8}}}}`, `true`},
		{"$partition([1,2,3], 2)", `{}`, `[[1,2],[3]]`},
		{"$parse('{\"a\": [1]}')", `{}`, `{"a":[1]}`},
		{"$now()", `{}`, `"2026-01-02T03:04:05.000Z"`},
		{"$range(0, 10, 5)", `{}`, `[0,5,10]`},
		{"$hash('abc', 'MD5')", `{}`, `"900150983cd24fb0d6963f7d28e17f72"`},
		{"$nope(1)", `{}`, `T1006: Attempted to invoke a non-function`},
		{"$eval('1')", `{}`, `T1006: Attempted to invoke a non-function`},
		{"$map([1,2], function($x){$x*2})", `{}`, `[2,4]`},
		{"($f := function($x){$f($x)+1}; $f(1))", `{}`, `U1001: Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive.`},
		{"($f := function($x){$f($x)}; $f(1))", `{}`, `U1001: Expression evaluation timeout: Check for infinite loop`},
		{"$sum", `{}`, `The result is a function, which JSON cannot hold`},
		{"/a/", `{}`, `The result is a function, which JSON cannot hold`},
	} {
		start := time.Now()
		got := evaluate(t, runtime, library, test.source, test.bindings)
		t.Log(test.source, time.Since(start))
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.source, got, test.want)
		}
	}
}

func evaluate(t *testing.T, runtime *jsonata.Runtime, library *jsonata.Library, source, bindings string) string {
	t.Helper()
	expression, err := library.Compile(source)
	if err != nil {
		return err.Error()
	}
	var variables map[string]any
	if err := json.Unmarshal([]byte(bindings), &variables); err != nil {
		t.Fatal(err)
	}
	value, defined, err := runtime.Eval(expression, variables)
	if err != nil {
		return err.Error()
	}
	if !defined {
		return "undefined"
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
