package asl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func TestVariables(t *testing.T) {
	for _, row := range []struct{ why, definition, output string }{
		{"Assign reads the old values, and all variables change at once",
			`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"}, "B": {"Type": "Pass", "Assign": {"x.$": "$y", "y.$": "$x"}, "Next": "C"},
				"C": {"Type": "Pass", "Parameters": {"x.$": "$x", "y.$": "$y"}, "End": true}}}`, `{"x": 2, "y": 1}`},
		{"$ in Assign is the result, and the state's output reads the old values",
			`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"}, "B": {"Type": "Pass", "Result": {"v": 5}, "Assign": {"x.$": "$.v"}, "OutputPath": "$x", "Next": "C"},
				"C": {"Type": "Pass", "Parameters": {"in.$": "$", "x.$": "$x"}, "End": true}}}`, `{"in": 1, "x": 5}`},
		{"iterations read outer variables, and their own stay private",
			`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [1, 2], "Assign": {"x": 10}, "Next": "M"}, "M": {"Type": "Map", "Next": "C", "ItemProcessor": {"StartAt": "I", "States": {
				"I": {"Type": "Pass", "Assign": {"own.$": "States.MathAdd($, $x)"}, "Next": "J"}, "J": {"Type": "Pass", "InputPath": "$own", "End": true}}}},
				"C": {"Type": "Pass", "Parameters": {"m.$": "$", "x.$": "$x"}, "End": true}}}`, `{"m": [11, 12], "x": 10}`},
		{"paths into variables", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": {"l": [{"v": 1}, {"v": 2}]}}, "Next": "B"}, "B": {"Type": "Pass", "InputPath": "$x.l[*].v", "End": true}}}`, `[1, 2]`},
		{"both query languages share variables", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
				"B": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"x": "{% $x + 1 %}"}, "Next": "C"}, "C": {"Type": "Pass", "InputPath": "$x", "End": true}}}`, `2`},
		{"a catcher assigns, the failed attempt does not", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1, "e": 0}, "Next": "T"}, "T": {"Type": "Parallel", "Assign": {"x": 2}, "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}],
				"Catch": [{"ErrorEquals": ["E"], "Assign": {"e.$": "$.Error"}, "Next": "C"}], "End": true}, "C": {"Type": "Pass", "Parameters": {"x.$": "$x", "e.$": "$e"}, "End": true}}}`, `{"x": 1, "e": "E"}`},
	} {
		t.Run(row.why, func(t *testing.T) { succeeds(t, execute(t, row.definition, `{}`, asl.Options{}), row.output) })
	}
}

func TestVariableFaults(t *testing.T) {
	definition := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"states": 1, "1x": 2, "ok": 3}, "InputPath": "$nowhere", "Next": "M"},
		"M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"ok": 1, "inner": 1}, "Output": "{% $nothing & $inner %}", "Next": "J"},
			"J": {"Type": "Pass", "Parameters": {"a": [{"b.$": "$inner2.x"}], "c.$": "States.Format('{}', $none)"}, "End": true}}}}}}`
	_, err := asl.Load([]byte(definition))
	variable := `is not a valid variable name: it must start with a letter, have only letters, digits and underscores, at most 80 characters, and not be "states"`
	want := []string{
		`state "A": Assign: "1x" ` + variable,
		`state "A": Assign: "states" ` + variable,
		`state "A": InputPath: uses the variable $nowhere, which no state assigns`,
		`state "I": Assign: assigns $ok, which an outer state also assigns: use another name`,
		`state "I": Output: uses the variable $nothing, which no state assigns`,
		`state "J": Parameters.a[0].b.$: uses the variable $inner2, which no state assigns`,
		`state "J": Parameters.c.$: uses the variable $none, which no state assigns`,
	}
	less := func(a, b string) bool { return a < b }
	if diff := cmp.Diff(want, faults(err), sortStrings(less)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// Recorded: an inner scope may assign what only an outer catcher assigns, too.
func TestACatcherHidesNoVariable(t *testing.T) {
	x := execute(t, `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "Assign": {"v": "inner"}, "Next": "J"},
		"J": {"Type": "Fail", "ErrorPath": "$v"}}}], "Catch": [{"ErrorEquals": ["inner"], "Assign": {"v.$": "$.Error", "w": "caught"}, "Next": "C"}], "End": true},
		"C": {"Type": "Pass", "Parameters": {"v.$": "$v", "w.$": "$w"}, "End": true}}}`, `{}`, asl.Options{})
	succeeds(t, x, `{"v": "inner", "w": "caught"}`)
}

func TestLenientLeavesUndefinedVariablesToTheExecution(t *testing.T) {
	machine, err := asl.Load([]byte(oneJSONata(`{"Type": "Pass", "Output": "{% $nothing %}", "End": true}`)), asl.Lenient())
	if err != nil {
		t.Fatal(err)
	}
	x, err := machine.Run(t.Context(), nil, asl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fails(t, x, asl.ErrQueryEvaluation, "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$nothing' specified for the field 'Output' returned nothing (undefined).")
}

func TestVariableLimits(t *testing.T) {
	big := strings.Repeat("x", 200_000)
	double := one(`{"Type": "Pass", "Assign": {"v": {"a.$": "$.s", "b.$": "$.s"}}, "End": true}`)
	x := execute(t, double, `{"s": "`+big+`"}`, asl.Options{})
	fails(t, x, asl.ErrDataLimit, "An error occurred while executing the state 'S' (entered at the event id #2). The variable 'v' exceeds the maximum size of a variable, 262144 bytes.")

	assigns := func(n int, second string) string {
		var fields []string
		for i := range n {
			fields = append(fields, fmt.Sprintf(`"v%d.$": "$.s"`, i))
		}
		return `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {` + strings.Join(fields, ",") + `}, "Next": "B"},
			"B": {"Type": "Pass", "Assign": {` + second + `}, "End": true}}}`
	}
	if x := execute(t, assigns(52, `"v0": 1, "w.$": "$.s"`), `{"s": "`+big+`"}`, asl.Options{}); x.Status != asl.Succeeded {
		t.Errorf("10.4 MB of variables, one of them replaced: %s", x.Cause)
	}
	x = execute(t, assigns(52, `"w.$": "$.s"`), `{"s": "`+big+`"}`, asl.Options{})
	fails(t, x, asl.ErrDataLimit, "An error occurred while executing the state 'B' (entered at the event id #4). The variables exceed their maximum total size, 10485760 bytes.")
	x = execute(t, assigns(53, `"w": 1`), `{"s": "`+big+`"}`, asl.Options{})
	fails(t, x, asl.ErrDataLimit, "An error occurred while executing the state 'A' (entered at the event id #2). The variables exceed their maximum total size, 10485760 bytes.")
}
