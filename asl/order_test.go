package asl_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// Objects keep the order of their members wherever they go. No order here is that of the names.
func TestObjectsKeepTheirOrder(t *testing.T) {
	const input = `{"zeta": 1, "alpha": {"y": 2, "b": 3}, "m": [{"d": 4, "c": 5}]}`
	const same = `{"zeta":1,"alpha":{"y":2,"b":3},"m":[{"d":4,"c":5}]}`
	for _, row := range []struct{ why, definition, output string }{
		{"an input passes", one(`{"Type": "Pass", "End": true}`), same},
		{"a payload template", one(`{"Type": "Pass", "Parameters": {"z": 1, "b.$": "$.zeta", "a": {"y.$": "$.alpha.b", "x": 0}}, "End": true}`), `{"z":1,"b":1,"a":{"y":3,"x":0}}`},
		{"a literal", one(`{"Type": "Pass", "Result": {"z": {"q": 1, "p": 2}, "a": 0}, "End": true}`), `{"z":{"q":1,"p":2},"a":0}`},
		{"a result comes last", one(`{"Type": "Pass", "Result": 9, "ResultPath": "$.beta", "End": true}`), strings.TrimSuffix(same, "}") + `,"beta":9}`},
		{"a result takes the place of a member", one(`{"Type": "Pass", "Result": 9, "ResultPath": "$.alpha", "End": true}`), `{"zeta":1,"alpha":9,"m":[{"d":4,"c":5}]}`},
		{"a wildcard", one(`{"Type": "Pass", "Parameters": {"r.$": "$.alpha.*"}, "End": true}`), `{"r":[2,3]}`},
		{"JSON as text, and back", one(`{"Type": "Pass", "Parameters": {"t.$": "States.JsonToString($)", "o.$": "States.StringToJson(States.JsonToString($.alpha))"}, "End": true}`),
			`{"t":` + asl.Encode(same) + `,"o":{"y":2,"b":3}}`},
		{"merged", one(`{"Type": "Pass", "Parameters": {"r.$": "States.JsonMerge($.alpha, States.StringToJson('{\"x\":1,\"b\":0,\"a\":2}'), false)"}, "End": true}`), `{"r":{"y":2,"b":0,"x":1,"a":2}}`},
		{"a map over an object", one(`{"Type": "Map", ` + pass + `, "End": true}`), `[{"Key":"zeta","Value":1},{"Key":"alpha","Value":{"y":2,"b":3}},{"Key":"m","Value":[{"d":4,"c":5}]}]`},
		{"JSONata: keys, text, wildcard and parts", oneJSONata(`{"Type": "Pass", "Output": {"k": "{% $keys($states.input) %}", "t": "{% $string($states.input) %}", "f": "{% $states.input.*[0] %}",
			"s": "{% $spread($states.input.alpha) %}", "e": "{% $each($states.input.alpha, function($v, $k) { $k & $v }) %}"}, "End": true}`),
			`{"k":["zeta","alpha","m"],"t":` + asl.Encode(same) + `,"f":1,"s":[{"y":2},{"b":3}],"e":["y2","b3"]}`},
		{"JSONata: constructed, merged, transformed", oneJSONata(`{"Type": "Pass", "Output": {"c": "{% {'z': 1, 'a': 2} %}", "m": "{% $merge([$states.input.alpha, {'x': 1, 'b': 0, 'a': 2}]) %}",
			"t": "{% $states.input.alpha ~> |$|{'a': 1}, 'y'| %}", "g": "{% $states.input.m{$string(d): c, 'a': d} %}"}, "End": true}`),
			`{"c":{"z":1,"a":2},"m":{"y":2,"b":0,"x":1,"a":2},"t":{"b":3,"a":1},"g":{"4":5,"a":4}}`},
		{"JSONata: parsed, and assigned", `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"o": "{% $parse('{\"z\": 1, \"a\": 2}') %}"}, "Next": "B"},
			"B": {"Type": "Pass", "Output": "{% $o %}", "End": true}}}`, `{"z":1,"a":2}`},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, row.definition, input, asl.Options{})
			if got := asl.Encode(x.Output); x.Status != asl.Succeeded || got != row.output {
				t.Errorf("%s %s\n got %s\nwant %s", x.Status, x.Cause, got, row.output)
			}
		})
	}
}

// Tasks, histories and failures have the order, too. The members of a Go map that a handler returns have no order: they are sorted.
func TestTasksAndHistoriesKeepTheOrder(t *testing.T) {
	var asked string
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		asked = asl.Encode(task.Input)
		return asl.Reply{Output: map[string]any{"z": 1, "a": struct {
			Y int `json:"y"`
			B int `json:"b"`
		}{2, 3}}}, nil
	})
	x := execute(t, task(``), `{"z": 1, "a": {"y": 2, "b": 3}}`, asl.Options{Handler: handler})
	if asked != `{"z":1,"a":{"y":2,"b":3}}` || asl.Encode(x.Output) != `{"a":{"y":2,"b":3},"z":1}` {
		t.Errorf("asked with %s, ended with %s", asked, asl.Encode(x.Output))
	}
	text, err := json.Marshal(x.History)
	if err != nil || !strings.Contains(string(text), `"input":"{\"z\":1,\"a\":{\"y\":2,\"b\":3}}","inputDetails":{"truncated":false}`) {
		t.Errorf("history %s, %v", text, err)
	}
	failed := execute(t, one(`{"Type": "Pass", "Parameters": {"x.$": "$.x"}, "End": true}`), `{"z": 1, "a": 2}`, asl.Options{})
	if !strings.Contains(failed.Cause, `'{"z":1,"a":2}'`) {
		t.Errorf("cause %s", failed.Cause)
	}
}
