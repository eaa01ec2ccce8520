package asl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// pass is an item processor of one Pass state.
const pass = `"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}`

func TestMapItems(t *testing.T) {
	for _, row := range []struct{ why, definition, input, output string }{
		{"the input itself", one(`{"Type": "Map", ` + pass + `, "End": true}`), `[1, 2]`, `[1, 2]`},
		{"ItemsPath in the effective input", one(`{"Type": "Map", "InputPath": "$.a", "ItemsPath": "$.b", ` + pass + `, "End": true}`), `{"a": {"b": [1]}}`, `[1]`},
		{"ItemsPath that collects", one(`{"Type": "Map", "ItemsPath": "$.a[*].b", ` + pass + `, "End": true}`), `{"a": [{"b": 1}, {"b": 2}]}`, `[1, 2]`},
		{"no items", one(`{"Type": "Map", ` + pass + `, "End": true}`), `[]`, `[]`},
		{"JSONata Items", oneJSONata(`{"Type": "Map", "Items": "{% $states.input.b %}", ` + pass + `, "End": true}`), `{"b": [1, 2]}`, `[1, 2]`},
		{"ItemSelector sees the state's input and the item", one(`{"Type": "Map", "ItemsPath": "$.b", "ItemSelector": {"n.$": "$.n", "v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}, ` + pass + `, "End": true}`),
			`{"n": 9, "b": ["x", "y"]}`, `[{"n": 9, "v": "x", "i": 0}, {"n": 9, "v": "y", "i": 1}]`},
		{"items from the context object, and the item in it", one(`{"Type": "Map", "ItemsPath": "$$.Execution.Input.b", "ItemSelector": {"v.$": "$$.Map.Item.Value"}, ` + pass + `, "End": true}`),
			`{"b": ["x", "y"]}`, `[{"v": "x"}, {"v": "y"}]`},
		{"JSONata ItemSelector", oneJSONata(`{"Type": "Map", "Items": "{% $states.input.b %}", "ItemSelector": {"n": "{% $states.input.n %}", "v": "{% $states.context.Map.Item.Value %}"}, ` + pass + `, "End": true}`),
			`{"n": 9, "b": ["x"]}`, `[{"n": 9, "v": "x"}]`},
		{"the older Parameters and Iterator", one(`{"Type": "Map", "Parameters": {"v.$": "$$.Map.Item.Value"}, "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "End": true}`), `[1]`, `[{"v": 1}]`},
		{"ResultSelector and ResultPath", one(`{"Type": "Map", "ItemsPath": "$.b", "ResultSelector": {"all.$": "$"}, "ResultPath": "$.r", ` + pass + `, "End": true}`), `{"b": [1]}`, `{"b": [1], "r": {"all": [1]}}`},
		{"JSONata Output", oneJSONata(`{"Type": "Map", "Output": "{% $sum($states.result) %}", ` + pass + `, "End": true}`), `[1, 2, 3]`, `6`},
		{"the item in the context of inner states", one(`{"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"i.$": "$$.Map.Item.Index"}, "End": true}}}, "End": true}`), `["a", "b"]`, `[{"i": 0}, {"i": 1}]`},
	} {
		t.Run(row.why, func(t *testing.T) {
			succeeds(t, execute(t, row.definition, row.input, asl.Options{}), row.output)
		})
	}
}

func TestMapOverAValueThatIsNotAnArray(t *testing.T) {
	located := "An error occurred while executing the state 'S' (entered at the event id #2). "
	fails(t, execute(t, one(`{"Type": "Map", "ItemsPath": "$.a", `+pass+`, "End": true}`), `{"a": 1}`, asl.Options{}),
		asl.ErrRuntime, located+`Reference path "$.a" must point to array.`)
	fails(t, execute(t, one(`{"Type": "Map", "ItemsPath": "$$.Execution.Input.a", `+pass+`, "End": true}`), `{"a": 1}`, asl.Options{}),
		asl.ErrRuntime, located+`Reference path "$.Execution.Input.a" must point to array.`)
	x := execute(t, oneJSONata(`{"Type": "Map", `+pass+`, "End": true}`), `1`, asl.Options{})
	fails(t, x, asl.ErrQueryEvaluation, located+`Map state input must be an array but was: 1`)
	for _, e := range x.History {
		if _, has := e.Attributes().Get("location"); has || e.Type == "MapStateFailed" && e.Details != nil {
			t.Errorf("%s has the details %v: no expression failed, and the failure of a Map has none", e.Type, e.Attributes())
		}
	}
	fails(t, execute(t, oneJSONata(`{"Type": "Map", "Items": "{% $states.input.a %}", `+pass+`, "End": true}`), `{"a": 1}`, asl.Options{}),
		asl.ErrQueryEvaluation, located+`The JSONata expression '$states.input.a' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1`)
}

func TestMapOverAnObject(t *testing.T) {
	selector := `"ItemSelector": {"i.$": "$$.Map.Item.Index", "k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value", "s.$": "$$.Map.Item.Source"}`
	distributed := strings.Replace(pass, "{", `{"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, `, 1)
	jsonata := `"ItemSelector": {"k": "{% $states.context.Map.Item.Key %}", "v": "{% $states.context.Map.Item.Value %}"}`
	for _, row := range []struct{ why, definition, output string }{
		{"the pairs are the items", one(`{"Type": "Map", "ItemsPath": "$.o", ` + pass + `, "End": true}`), `[{"Key": "b", "Value": [2]}, {"Key": "a", "Value": 1}]`},
		{"the whole input", one(`{"Type": "Map", ` + pass + `, "End": true}`), `[{"Key": "o", "Value": {"a": 1, "b": [2]}}]`},
		{"an item selector sees key, value and source", one(`{"Type": "Map", "ItemsPath": "$.o", ` + selector + `, ` + pass + `, "End": true}`),
			`[{"i": 0, "k": "b", "v": [2], "s": "STATE_DATA"}, {"i": 1, "k": "a", "v": 1, "s": "STATE_DATA"}]`},
		{"in child executions", one(`{"Type": "Map", "ItemsPath": "$.o", ` + selector + `, ` + distributed + `, "End": true}`),
			`[{"i": 0, "k": "b", "v": [2], "s": "STATE_DATA"}, {"i": 1, "k": "a", "v": 1, "s": "STATE_DATA"}]`},
		{"in batches", one(`{"Type": "Map", "ItemsPath": "$.o", "ItemBatcher": {"MaxItemsPerBatch": 2}, ` + distributed + `, "End": true}`),
			`[{"Items": [{"Key": "b", "Value": [2]}, {"Key": "a", "Value": 1}]}]`},
		{"in JSONata", oneJSONata(`{"Type": "Map", "Items": "{% $states.input.o %}", ` + jsonata + `, ` + pass + `, "End": true}`), `[{"k": "b", "v": [2]}, {"k": "a", "v": 1}]`},
		{"the whole input in JSONata", oneJSONata(`{"Type": "Map", ` + pass + `, "End": true}`), `[{"Key": "o", "Value": {"a": 1, "b": [2]}}]`},
		{"an object in the definition", oneJSONata(`{"Type": "Map", "Items": {"x": "{% $states.input.o.a %}"}, ` + jsonata + `, ` + pass + `, "End": true}`), `[{"k": "x", "v": 1}]`},
		{"an object without members", one(`{"Type": "Map", "InputPath": null, ` + pass + `, "End": true}`), `[]`},
	} {
		t.Run(row.why, func(t *testing.T) {
			succeeds(t, execute(t, row.definition, `{"o": {"b": [2], "a": 1}}`, asl.Options{}), row.output)
		})
	}
}

func TestElementsOfAnArrayHaveNoKey(t *testing.T) {
	x := execute(t, one(`{"Type": "Map", "ItemSelector": {"item.$": "$$.Map.Item"}, `+pass+`, "End": true}`), `["a"]`, asl.Options{})
	succeeds(t, x, `[{"item": {"Index": 0, "Value": "a", "Source": "STATE_DATA"}}]`)
}

func TestInvalidMaxConcurrency(t *testing.T) {
	x := execute(t, one(`{"Type": "Map", "ItemsPath": "$.a", "MaxConcurrencyPath": "$.m", `+pass+`, "End": true}`), `{"a": [], "m": -1}`, asl.Options{})
	fails(t, x, asl.ErrRuntime, "An error occurred while executing the state 'S' (entered at the event id #2). Expected non-negative integer for MaxConcurrency, got '-1' instead.")
}

func TestMapFaults(t *testing.T) {
	_, err := asl.Load([]byte(one(`{"Type": "Map", "MaxConcurrency": -1, "Label": "x", "ItemReader": {}, "ItemsPath": "a", "Parameters": {}, "ItemSelector": {},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "SPREAD"}, "StartAt": "I", "States": {"I": {"Type": "Pass"}}, "Extra": 1}}`)))
	want := []string{
		`state "S": needs "Next" or "End": true`,
		`state "S": MaxConcurrency: must be an integer from 0 to 99999999, got -1`,
		`state "S": ItemProcessor.ProcessorConfig.Mode: must be one of INLINE, DISTRIBUTED, got "SPREAD"`,
		`state "I": needs "Next" or "End": true`,
		`state "S": ItemProcessor.Extra: is not a field of an item processor`,
		`state "S": Parameters: cannot be combined with ItemSelector`,
		`state "S": ItemReader: is only allowed in a Map whose ItemProcessor has "ProcessorConfig": {"Mode": "DISTRIBUTED"}`,
		`state "S": Label: is only allowed in a Map whose ItemProcessor has "ProcessorConfig": {"Mode": "DISTRIBUTED"}`,
	}
	got := faults(err)
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || g == w
		}
		if !found {
			t.Errorf("lacks %s", w)
		}
	}
	if t.Failed() {
		t.Log(cmp.Diff(want, got))
	}
}
