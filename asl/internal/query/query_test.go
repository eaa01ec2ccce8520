package query_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// env returns an environment with an input, a context object and a variable.
func env() *query.Env {
	return &query.Env{
		Input:    value.NewObject(2).With("a", 1.0).With("l", []any{1.0, 2.0}),
		Context:  func() *value.Object { return value.NewObject(1).With("State", value.NewObject(1).With("Name", "S")) },
		Variable: func(name string) (any, bool) { return value.NewObject(1).With("v", 7.0), name == "x" },
	}
}

func payload(t *testing.T, text string) (query.Template, []string) {
	t.Helper()
	v, err := value.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	template := query.Payload(v, query.Observer{
		Fault:    func(place, message string) { t.Errorf("%s: %s", place, message) },
		Variable: func(place, name string) { seen = append(seen, place+" "+name) },
	})
	return template, seen
}

func TestPayload(t *testing.T) {
	for _, row := range []struct{ why, template, want string }{
		{"literals are constant, even if they look like a path", `{"a": "$.a", "b": [1, null]}`, `{"a":"$.a","b":[1,null]}`},
		{"the three roots", `{"i.$": "$.a", "c.$": "$$.State.Name", "v.$": "$x.v"}`, `{"i":1,"c":"S","v":7}`},
		{"at any depth", `{"o": [{"p.$": "$.l[1]"}, ["x.$"]]}`, `{"o":[{"p":2},["x.$"]]}`},
		{"intrinsic functions", `{"n.$": "States.MathAdd($.a, $x.v)"}`, `{"n":8}`},
	} {
		template, _ := payload(t, row.template)
		v, err := template.Eval(env())
		if err != nil || value.Encode(v) != row.want {
			t.Errorf("%s: %s %v, want %s", row.why, value.Encode(v), err, row.want)
		}
	}
}

func TestConstantPartsAreShared(t *testing.T) {
	template, _ := payload(t, `{"fixed": {"big": [1, 2, 3]}, "a.$": "$.a"}`)
	first, _ := template.Eval(env())
	again, _ := template.Eval(env())
	a, b := first.(*value.Object).Object("fixed"), again.(*value.Object).Object("fixed")
	if a != b {
		t.Error("every evaluation builds a new literal")
	}
	if whole, _ := payload(t, `{"a": {"b": 1}}`); !cmp.Equal(whole, query.Template(query.Constant{Value: value.NewObject(1).With("a", value.NewObject(1).With("b", 1.0))})) {
		t.Errorf("a template without paths is %T, want a constant", whole)
	}
}

func TestPayloadReportsVariables(t *testing.T) {
	_, seen := payload(t, `{"a": [{"b.$": "$x.v"}]}`)
	if diff := cmp.Diff([]string{"a[0].b.$ x"}, seen); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}

func TestEvaluationErrors(t *testing.T) {
	for _, row := range []struct{ why, template, name, cause string }{
		{"a path that finds nothing", `{"k.$": "$.none"}`, "States.Runtime", `The JSONPath '$.none' specified for the field 'k.$' could not be found in the input '{"a":1,"l":[1,2]}'`},
		{"a path that finds nothing in the context object", `{"k.$": "$$.none"}`, "States.Runtime", `The JSONPath '$$.none' specified for the field 'k.$' could not be found in the input '{"State":{"Name":"S"}}'`},
		{"an argument that finds nothing", `{"k.$": "States.Format('{}', $.none)"}`, "States.Runtime",
			`The function 'States.Format('{}', $.none)' had the following error: The JsonPath argument for the field '$.none' could not be found in the input '{"a":1,"l":[1,2]}'`},
	} {
		template, _ := payload(t, row.template)
		_, err := template.Eval(env())
		var fault *query.Error
		if !errors.As(err, &fault) || fault.Name != row.name || fault.Cause != row.cause {
			t.Errorf("%s: %v, want %s: %s", row.why, err, row.name, row.cause)
		}
	}
	template, _ := payload(t, `{"k.$": "States.StringToJson('{')"}`)
	_, err := template.Eval(env())
	var fault *query.Error
	if !errors.As(err, &fault) || fault.Name != "States.IntrinsicFailure" {
		t.Errorf("a function that fails: %v", err)
	}
}

func TestExpressionSource(t *testing.T) {
	for text, want := range map[string]string{"{% $a %}": "$a", "{%$a%}": "$a", "{%%}": ""} {
		if got, ok := query.ExpressionSource(text); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{" {% $a %}", "{% $a %} ", "{%}", "$a", ""} {
		if _, ok := query.ExpressionSource(text); ok {
			t.Errorf("%q is read as an expression", text)
		}
	}
}

func TestValidVariable(t *testing.T) {
	for name, want := range map[string]bool{"a": true, "_a1": true, "ünï": true, "1a": false, "a-b": false, "": false, "states": false} {
		if got := query.ValidVariable(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
