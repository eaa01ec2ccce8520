package teststate_test

import (
	"context"
	"encoding/json"
	"testing"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/teststate"
)

// FuzzRun tests that no request panics, and that every text of an answer that should be JSON is.
func FuzzRun(f *testing.F) {
	for _, seed := range []struct{ definition, input, variables, context, result, data string }{
		{pass, `{"a": [1]}`, `{}`, ``, ``, ``},
		{task, `1`, `{"v": 1}`, `{"Task": {"Token": "t"}}`, `{"StatusCode": 200}`, ``},
		{jsonata, `{}`, `[]`, `{"Map": {}}`, `[1, null]`, ``},
		{parallel, `{"a": 1}`, ``, ``, `[1, 2]`, ``},
		{list, `[1, 2]`, ``, `{}`, `[]`, ``},
		{`{"Type": "Map", "End": true, "ToleratedFailureCountPath": "$.n", "ItemBatcher": {"MaxItemsPerBatchPath": "$.n"}, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
			"Parameters": {"Bucket": "b", "Key.$": "$.k"}, "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED",
			"ExecutionType": "EXPRESS"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}`, `{"n": 2, "k": "x"}`, ``, ``, `[3]`, "a,b\n1,2\n"},
		{`{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem", "End": true}`, `{}`, ``, ``, `{"Item": {"k": {"L": [{"S": ""}]}}}`, ``},
		{retried, `null`, ``, ``, `{`, ``},
	} {
		f.Add(seed.definition, seed.input, seed.variables, seed.context, seed.result, seed.data)
	}
	f.Fuzz(func(t *testing.T, definition, input, variables, object, result, data string) {
		for _, withMock := range []bool{false, true} {
			in := &teststate.Input{Definition: definition, Input: &input, InspectionLevel: "TRACE", Variables: given(variables)}
			if withMock {
				in.Mock, in.Context = &teststate.Mock{Result: &result}, given(object)
				if data != "" {
					in.StateConfiguration = &teststate.Configuration{MapItemReaderData: &data}
				}
			}
			out, fault := teststate.Run(context.Background(), in, teststate.Options{})
			check(t, out, fault)
		}
	})
}

// given returns a text, or nil for "".
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func check(t *testing.T, out *teststate.Output, fault *api.Error) {
	t.Helper()
	if (out == nil) == (fault == nil) {
		t.Fatalf("got %v and %v", out, fault)
	}
	if fault != nil {
		if fault.Code == "" || fault.Message == "" {
			t.Errorf("an empty error: %#v", fault)
		}
		return
	}
	texts := []*string{out.Output}
	if data := out.InspectionData; data != nil {
		texts = append(texts, data.Input, data.AfterInputPath, data.AfterParameters, data.AfterArguments, data.Result, data.AfterResultSelector,
			data.AfterResultPath, data.AfterItemsPath, data.AfterItemSelector, data.AfterItemBatcher, data.AfterItemsPointer, data.Variables)
	}
	for _, text := range texts {
		if text != nil && !json.Valid([]byte(*text)) {
			t.Errorf("no JSON: %s", *text)
		}
	}
}
