package asl_test

import (
	"testing"

	"clinical-risk-pipeline/asl"
)

// processor is the item processor of a Distributed Map.
const processor = `"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}`

func TestTestStateMap(t *testing.T) {
	mock := func(failed int) asl.StateTest {
		return asl.StateTest{Mock: &asl.StateMock{Result: []any{7}, FailedItems: failed}}
	}
	reads := func(text string) asl.StateTest {
		return asl.StateTest{Mock: &asl.StateMock{Result: []any{}, Items: &text}}
	}
	exceeded := `"status": "FAILED", "error": "States.ExceedToleratedFailureThreshold", "cause": "The specified tolerated failure threshold was exceeded"`
	for _, v := range []visit{
		{name: "an inline Map", definition: `{"Type": "Map", "ItemsPath": "$.l", "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"}, "MaxConcurrency": 2, "End": true,
				"ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}`, input: `{"l": ["a", "b"]}`, test: mock(0),
			want: `{"status": "SUCCEEDED", "output": [7], "afterInputPath": {"l": ["a", "b"]}, "afterItemsPath": ["a", "b"], "maxConcurrency": 2,
				"afterItemSelector": [{"i": 0, "v": "a"}, {"i": 1, "v": "b"}], "result": [7], "afterResultSelector": [7], "afterResultPath": [7]}`},
		{name: "the selector sees the context object of the test", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1], "End": true,
				"ItemSelector": "{% $states.context.Execution.Name & $string($states.context.Map.Item.Value) %}",
				"ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}`, input: `{}`,
			test: asl.StateTest{Context: map[string]any{"Execution": map[string]any{"Name": "x"}}, Mock: &asl.StateMock{Result: []any{}}},
			want: `{"status": "SUCCEEDED", "output": [], "maxConcurrency": 0, "afterItemSelector": ["x1"], "result": []}`},
		{name: "batches", definition: `{"Type": "Map", "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"k": 1}}, "End": true, ` + processor + `}`, input: `[1, 2, 3]`, test: mock(0),
			want: `{"status": "SUCCEEDED", "output": [7], "afterInputPath": [1, 2, 3], "afterItemsPath": [1, 2, 3], "maxConcurrency": 0, "result": [7], "afterResultSelector": [7],
				"afterResultPath": [7], "afterItemBatcher": [{"BatchInput": {"k": 1}, "Items": [1, 2]}, {"BatchInput": {"k": 1}, "Items": [3]}]}`},
		{name: "items that are no list", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% 1 %}", "End": true, ` + processor + `}`, input: `{}`, test: mock(0),
			want: `{"status": "FAILED", "error": "States.QueryEvaluationError", "maxConcurrency": 0,
				"cause": "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '1' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1"}`},
		{name: "failures within the tolerance", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "ToleratedFailureCount": 2, "End": true, ` + processor + `}`, input: `{}`, test: mock(2),
			want: `{"status": "SUCCEEDED", "output": [7], "maxConcurrency": 0, "toleratedFailureCount": 2, "result": [7]}`},
		{name: "failures beyond a count", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "ToleratedFailureCount": 2, "End": true, ` + processor + `}`, input: `{}`, test: mock(3),
			want: `{"maxConcurrency": 0, "toleratedFailureCount": 2, ` + exceeded + `}`},
		{name: "failures beyond a share", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "ToleratedFailurePercentage": 50, "End": true, ` + processor + `}`, input: `{}`, test: mock(2),
			want: `{"maxConcurrency": 0, "toleratedFailurePercentage": 50, ` + exceeded + `}`},
		{name: "a count of zero is a tolerance", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "ToleratedFailureCount": 0, "End": true, ` + processor + `}`, input: `{}`, test: mock(1),
			want: `{"maxConcurrency": 0, "toleratedFailureCount": 0, ` + exceeded + `}`},
		{name: "a share of zero is one", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "ToleratedFailurePercentage": 0, "End": true, ` + processor + `}`, input: `{}`, test: mock(1),
			want: `{"maxConcurrency": 0, "toleratedFailurePercentage": 0, ` + exceeded + `}`},
		{name: "failures without a tolerance", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "End": true, ` + processor + `}`, input: `{}`, test: mock(2),
			want: `{"status": "SUCCEEDED", "output": [7], "maxConcurrency": 0, "result": [7]}`},
		{name: "an object in S3 with a pointer", definition: `{"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
				"ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/a/b", "MaxItems": 2}}, ` + processor + `}`, input: `{}`, test: reads(`{"a": {"b": [1, 2, 3]}}`),
			want: `{"status": "SUCCEEDED", "output": [], "afterInputPath": {}, "afterItemsPointer": [1, 2], "maxConcurrency": 0, "result": [], "afterResultSelector": [], "afterResultPath": []}`},
		{name: "an object in CSV", definition: `{"Type": "Map", "End": true, "ItemSelector": {"n.$": "$$.Map.Item.Value.n"}, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
				"ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}, ` + processor + `}`, input: `{}`, test: reads("n,m\n1,2\n3,4\n"),
			want: `{"status": "SUCCEEDED", "output": [], "afterInputPath": {}, "afterItemSelector": [{"n": "1"}, {"n": "3"}], "maxConcurrency": 0, "result": [], "afterResultSelector": [], "afterResultPath": []}`},
		{name: "an object that cannot be read", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"},
				"ReaderConfig": {"InputType": "JSON"}}, "Catch": [{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "T"}], ` + processor + `}`, input: `1`, test: reads(`[1, `),
			want: `{"status": "CAUGHT_ERROR", "error": "States.ItemReaderFailed", "cause": "the object is not valid JSON: unexpected EOF", "next": "T", "catcher": 0, "maxConcurrency": 0,
				"output": {"Error": "States.ItemReaderFailed", "Cause": "the object is not valid JSON: unexpected EOF"}}`},
		{name: "an object in S3 that the test does not have", definition: `{"Type": "Map", "QueryLanguage": "JSONata", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"},
				"ReaderConfig": {"InputType": "JSON"}}, ` + processor + `}`, input: `{}`, test: mock(0), want: `{"status": "SUCCEEDED", "output": [7], "maxConcurrency": 0, "result": [7]}`},
	} {
		t.Run(v.name, v.run)
	}
}
