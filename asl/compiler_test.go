package asl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clinical-risk-pipeline/asl"
)

// sortStrings compares lists of strings in any order.
func sortStrings(less func(a, b string) bool) cmp.Option { return cmpopts.SortSlices(less) }

func TestFaultsOfDefinitions(t *testing.T) {
	for _, row := range []struct {
		why, definition string
		want            []string
	}{
		{"not JSON", "{\n\n!", []string{"the definition is not a JSON object: line 3: unexpected character '!'"}},
		{"not an object", `[]`, []string{"the definition is not a JSON object: its type is array"}},
		{"empty text", ``, []string{"the definition is not a JSON object: the text is empty"}},
		{"empty object", `{}`, []string{"StartAt: is missing", "States: is missing"}},
		{"no states", `{"StartAt": "A", "States": {}}`, []string{"States: must not be empty"}},
		{"dangling StartAt", `{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}`, []string{`StartAt: there is no state "B"; the states are A`}},
		{"dangling Next, Default, choice and catcher", `{"StartAt": "A", "States": {
			"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "X1", "Catch": [{"ErrorEquals": ["E"], "Next": "X2"}, {"ErrorEquals": ["F"], "Next": "B"}]},
			"B": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "X3"}], "Default": "X4"}}}`, []string{
			`state "A": Next: there is no state "X1" here; the states are A, B`, `state "A": Catch[0].Next: there is no state "X2" here; the states are A, B`,
			`state "B": Choices[0].Next: there is no state "X3" here; the states are A, B`, `state "B": Default: there is no state "X4" here; the states are A, B`}},
		{"only an unreachable state leads to it", `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}}}`,
			[]string{`state "B": no state leads to it`, `state "C": no state leads to it`}},
		{"a branch cannot lead out of itself", one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "S"}}}]}`),
			[]string{`state "I": Next: there is no state "S" here; the states are I`}},
		{"a name twice in a States", `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Fail"}}}`, []string{`state "A": is defined twice: names must be unique`}},
		{"a name twice in the machine", one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}]}`),
			[]string{`state "S": is defined twice: names must be unique in the whole state machine, including branches and item processors`}},
		{"a field twice", one(`{"Type": "Succeed", "Comment": "a", "Comment": "b"}`), []string{`state "S": Comment: appears twice`}},
		{"unknown types and fields", `{"StartAt": "A", "Extra": 1, "States": {"A": {"Type": "Pas", "Next": "B"}, "B": {"Type": "Succeed", "Next": "A"}, "C": 1}}`, []string{
			`state "A": Type: must be one of Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait, got "Pas"`, `state "B": Next: is not a field of a Succeed state`,
			`state "C": must be an object, got number`, `Extra: is not a field of the state machine`}},
		{"fields of the other query language", oneJSONata(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {}, "InputPath": "$", "TimeoutSecondsPath": "$.t", "End": true}`), []string{
			`state "S": InputPath: is a field of JSONPath, but the state's query language is JSONata`,
			`state "S": Parameters: is a field of JSONPath, but the state's query language is JSONata: use Arguments`,
			`state "S": TimeoutSecondsPath: is a field of JSONPath, but the state's query language is JSONata: use TimeoutSeconds`}},
		{"JSONPath inside JSONata", oneJSONata(`{"Type": "Pass", "QueryLanguage": "JSONPath", "End": true}`), []string{`state "S": QueryLanguage: cannot be JSONPath in a state machine whose QueryLanguage is JSONata`}},
		{"the machine's own fields", `{"QueryLanguage": "XPath", "Version": "2.0", "TimeoutSeconds": 0, ` + one(`{"Type": "Succeed"}`)[1:], []string{
			`QueryLanguage: must be one of JSONPath, JSONata, got "XPath"`, `TimeoutSeconds: must be an integer from 1 to 99999999, got 0`, `Version: must be one of 1.0, got "2.0"`}},
		{"a long name", `{"StartAt": "` + strings.Repeat("x", 81) + `", "States": {"` + strings.Repeat("x", 81) + `": {"Type": "Succeed"}}}`, []string{
			`state "` + strings.Repeat("x", 81) + `": the name must have 1 to 80 characters, got 81`}},
		{"template fields", one(`{"Type": "Pass", "Parameters": {"a.$": 1, "b.$": "plain", "c": 1, "c.$": "$.c"}, "End": true}`), []string{
			`state "S": Parameters.a.$: must be a path or an intrinsic function in a string, because the name ends in ".$", got float64`,
			`state "S": Parameters.b.$: must be a path that begins with $ or an intrinsic function such as States.Format, got "plain"`,
			`state "S": Parameters.c.$: cannot be combined with "c"`}},
		{"names that an expression cannot use", oneJSONata(`{"Type": "Pass", "Output": {"a": "{% $states.result %}", "b": "{% $nofunction(1) %}", "c": "{% input.x %}"}, "End": true}`), []string{
			`state "S": Output/a: uses $states.result, but only $states.input and $states.context are available here`,
			`state "S": Output/b: calls $nofunction, which is not a function of JSONata or Step Functions`,
			`state "S": Output/c: uses $, $$ or a name without $states before it, but expressions have no input document: use $states.input`}},
		{"a field that must be an expression", oneJSONata(`{"Type": "Map", "Items": "$states.input", ` + pass + `, "End": true}`), []string{
			`state "S": Items: must be an array, an object or a JSONata expression in {% %}, got string`}},
	} {
		t.Run(row.why, func(t *testing.T) {
			_, err := asl.Load([]byte(row.definition))
			less := func(a, b string) bool { return a < b }
			if diff := cmp.Diff(row.want, faults(err), sortStrings(less)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSyntaxFaultsNameTheField(t *testing.T) {
	for definition, want := range map[string]string{
		one(`{"Type": "Pass", "InputPath": "$.a[", "End": true}`):                            `state "S": InputPath: `,
		one(`{"Type": "Pass", "Parameters": {"a": {"b.$": "States.Nope($)"}}, "End": true}`): `state "S": Parameters.a.b.$: `,
		oneJSONata(`{"Type": "Pass", "Output": {"a": ["{% 1 + %}"]}, "End": true}`):          `state "S": Output/a[0]: the JSONata expression "1 +" is not valid: `,
	} {
		_, err := asl.Load([]byte(definition))
		if got := faults(err); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("faults %q, want one that starts with %q", got, want)
		}
	}
}

func TestFaultsNameTheirState(t *testing.T) {
	_, err := asl.Load([]byte(`{"StartAt": "A", "States": {"A": {"Type": "Pass"}, "B": {"Type": "Wait", "End": true}}}`))
	if got := faults(err); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, `state "A"`) }) || len(got) != 3 {
		t.Errorf("faults %q: want all three at once", got)
	}
}
