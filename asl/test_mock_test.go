package asl_test

import (
	"context"
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestTestStateParallel(t *testing.T) {
	const parallel = `{"Type": "Parallel", "QueryLanguage": "JSONata", "Arguments": 2, "End": true, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "NotMocked"}}}]}`
	for _, v := range []visit{
		{name: "a mock replaces the branches", definition: parallel, input: `{}`, test: asl.StateTest{Mock: &asl.StateMock{Result: []any{1}}},
			want: `{"status": "SUCCEEDED", "output": [1], "afterArguments": 2, "result": [1]}`},
		{name: "a mocked error", definition: parallel, input: `{}`, test: asl.StateTest{Mock: &asl.StateMock{Err: busy}},
			want: `{"status": "FAILED", "error": "Busy", "cause": "later", "afterArguments": 2}`},
		{name: "without a mock the branches run", definition: parallel, input: `{}`, want: `{"status": "FAILED", "error": "NotMocked", "afterArguments": 2}`},
	} {
		t.Run(v.name, v.run)
	}
}

// TestTestStateNormalizes tests that a mock may be any Go value, and that what cannot be JSON is an error.
func TestTestStateNormalizes(t *testing.T) {
	machine, err := asl.LoadState([]byte(`{"Type": "Parallel", "OutputPath": "$[0].Score", "End": true, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]}`), "S")
	if err != nil {
		t.Fatal(err)
	}
	mock := &asl.StateMock{Result: []struct{ Score int }{{7}}}
	result, err := machine.TestState(context.Background(), asl.StateTest{State: "S", Mock: mock}, asl.Options{})
	if err != nil || result.Output != 7.0 {
		t.Errorf("got %+v, %v", result, err)
	}
	if _, same := mock.Result.([]struct{ Score int }); !same {
		t.Errorf("the mock is now %T", mock.Result)
	}
	if _, err := machine.TestState(context.Background(), asl.StateTest{State: "S", Mock: &asl.StateMock{Result: make(chan int)}}, asl.Options{}); err == nil {
		t.Error("a channel is no error")
	}
}
