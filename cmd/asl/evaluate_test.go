package main

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

func TestEvaluate(t *testing.T) {
	for _, row := range []struct{ why, request, want string }{
		{"a result", `{"id": 1, "expr": "a.b", "data": {"a": {"b": [1, 2]}}}`, `{"id":1,"result":[1,2]}`},
		{"undefined", `{"id": "x", "expr": "c", "data": {}}`, `{"id":"x","undefined":true}`},
		{"no data", `{"id": null, "expr": "$"}`, `{"id":null,"undefined":true}`},
		{"null is data", `{"expr": "$", "data": null}`, `{"result":null}`},
		{"bindings", `{"expr": "$x + $y.z", "bindings": {"x": 1, "y": {"z": 2}}}`, `{"result":3}`},
		{"a binding hides a function", `{"expr": "$sum", "bindings": {"sum": 1}}`, `{"result":1}`},
		{"keys keep the order of the input", `{"expr": "$keys($)", "data": {"z": 1, "a": 2, "1": 3}}`, `{"result":["z","a","1"]}`},
		{"the language as it is, with $eval and without $uuid", `{"expr": "$eval(\"1+1\") & $exists($uuid)"}`, `{"result":"2false"}`},
		{"a lone surrogate", `{"expr": "$encodeUrl('\ud800')"}`, `{"error":{"code":"D3140","message":"Malformed URL passed to $encodeUrl(): \"\\ud800\"","position":11}}`},
		{"a syntax fault", `{"expr": "1 +"}`, `{"error":{"code":"S0207","message":"Unexpected end of expression","position":3}}`},
		{"a function", `{"expr": "$sum"}`, `{"error":{"message":"The result is a function, which JSON cannot hold"}}`},
	} {
		status, out, errs := run(t, row.request+"\n", "evaluate")
		if status != program.ExitOK || strings.TrimSpace(out) != row.want {
			t.Errorf("%s: exit %d, %s %s\nwant %s", row.why, status, out, errs, row.want)
		}
	}
}

func TestEvaluateRefusesRequests(t *testing.T) {
	for request, want := range map[string]string{
		"{": "request 2: the text ends", "[]": "request 2: must be an object", `{"expr": 1}`: "request 2: expr: must be the expression as a string",
		`{"expr": "1", "bindings": []}`: "request 2: bindings: must be an object of variables",
	} {
		status, out, errs := run(t, `{"expr": "1"}`+"\n"+request+"\n", "evaluate")
		if status == program.ExitOK || out != `{"result":1}`+"\n" || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %q, %q; want %s", request, status, out, errs, want)
		}
	}
}

// JSONata needs nothing beside the program.
func TestRunAnywhere(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $round(1.5) %}", "End": true}}}`
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	status, out, errs := run(t, definition, "run", "-")
	if status != program.ExitOK || !strings.Contains(out, "\n2\n") {
		t.Errorf("exit %d, %s %s", status, out, errs)
	}
}
