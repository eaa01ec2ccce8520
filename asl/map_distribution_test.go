package asl_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// distributed returns a definition that maps over its input with child executions of one task.
func distributed(mapFields string) string {
	return one(`{"Type": "Map", "End": true` + mapFields + `, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
		"StartAt": "I", "States": {"I": {` + sns + `, "End": true}}}}`)
}

const (
	good = `{"out": 1, "seconds": 1}`
	bad  = `{"fail": "E", "seconds": 1}`
)

func TestToleratedFailures(t *testing.T) {
	for _, row := range []struct {
		why, fields, items string
		tolerated          bool
	}{
		{"nothing fails", ``, `[` + good + `]`, true},
		{"without a tolerance one failure is too many", ``, `[` + good + `,` + good + `,` + bad + `]`, false},
		{"a count is inclusive", `, "ToleratedFailureCount": 2`, `[` + bad + `,` + good + `,` + bad + `]`, true},
		{"one more than the count", `, "ToleratedFailureCount": 1`, `[` + bad + `,` + good + `,` + bad + `]`, false},
		{"a percentage is inclusive", `, "ToleratedFailurePercentage": 50`, `[` + bad + `,` + good + `,` + bad + `,` + good + `]`, true},
		{"more than the percentage", `, "ToleratedFailurePercentage": 49.9`, `[` + bad + `,` + good + `,` + bad + `,` + good + `]`, false},
		{"a percentage counts all items, including items not started yet", `, "MaxConcurrency": 1, "ToleratedFailurePercentage": 25`, `[` + bad + `,` + good + `,` + good + `,` + good + `]`, true},
		{"100 percent tolerates everything", `, "ToleratedFailurePercentage": 100`, `[` + bad + `,` + bad + `]`, true},
		{"0 percent tolerates nothing", `, "ToleratedFailurePercentage": 0`, `[` + good + `,` + bad + `]`, false},
		{"both given, the count is exceeded", `, "ToleratedFailureCount": 0, "ToleratedFailurePercentage": 100`, `[` + good + `,` + bad + `]`, false},
		{"both given, the percentage is exceeded", `, "ToleratedFailureCount": 9, "ToleratedFailurePercentage": 10`, `[` + good + `,` + bad + `]`, false},
		{"a failed batch counts its items", `, "ToleratedFailureCount": 1, "ItemBatcher": {"MaxItemsPerBatch": 2}`, `[` + bad + `,` + bad + `]`, true},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, distributed(row.fields), row.items, asl.Options{Handler: timed})
			if row.tolerated != (x.Status == asl.Succeeded) {
				t.Fatalf("%s %s: %s", x.Status, x.Error, x.Cause)
			}
			if !row.tolerated {
				fails(t, x, "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")
			}
		})
	}
}

func TestABatchFailsWithAllItsItems(t *testing.T) {
	definition := `{"StartAt": "S", "States": {"S": {"Type": "Map", "End": true, "ToleratedFailureCount": %COUNT, "ItemBatcher": {"MaxItemsPerBatch": 3},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}}}}`
	for count, want := range map[string]asl.Status{"3": asl.Succeeded, "2": asl.Failed} {
		if x := execute(t, replace(definition, "%COUNT", count), `[1, 2, 3]`, asl.Options{}); x.Status != want {
			t.Errorf("tolerating %s of a batch of 3: %s, want %s", count, x.Status, want)
		}
	}
}

func TestExceedingTheToleranceStopsTheOtherChildren(t *testing.T) {
	var children []asl.Status
	x := execute(t, distributed(`, "ToleratedFailureCount": 1, "MaxConcurrency": 4`),
		`[{"seconds": 9}, {"seconds": 1, "fail": "E"}, {"seconds": 2, "fail": "E"}, {"seconds": 1}, {"seconds": 9}, {"seconds": 9}, {"seconds": 9}]`,
		asl.Options{Handler: timed, OnChild: func(x *asl.Execution) { children = append(children, x.Status) }})
	took(t, x, 2*time.Second)
	want := []asl.Status{asl.Failed, asl.Succeeded, asl.Failed, asl.Aborted, asl.Aborted, asl.Aborted}
	if diff := cmp.Diff(want, children); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
	wantEvents := []string{"ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"}
	if diff := cmp.Diff(wantEvents, types(x)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestToleranceByPathAndExpression(t *testing.T) {
	items := `"items": [` + good + `,` + bad + `]`
	for tolerance, want := range map[string]asl.Status{`1`: asl.Succeeded, `"1"`: asl.Succeeded, `0`: asl.Failed} {
		x := execute(t, distributed(`, "ItemsPath": "$.items", "ToleratedFailureCountPath": "$.t"`), `{`+items+`, "t": `+tolerance+`}`, asl.Options{Handler: timed})
		if x.Status != want {
			t.Errorf("count %s: %s, want %s", tolerance, x.Status, want)
		}
	}
	x := execute(t, distributed(`, "ItemsPath": "$.items", "ToleratedFailureCountPath": "$.t"`), `{`+items+`, "t": -1}`, asl.Options{Handler: timed})
	fails(t, x, asl.ErrRuntime, "An error occurred while executing the state 'S' (entered at the event id #2). ToleratedFailureCount cannot be negative.")
	x = execute(t, `{"QueryLanguage": "JSONata", `+distributed(`, "Items": "{% $states.input.items %}", "ToleratedFailurePercentage": "{% $states.input.t %}"`)[1:],
		`{`+items+`, "t": 50}`, asl.Options{Handler: timed})
	if x.Status != asl.Succeeded {
		t.Errorf("percentage by expression: %s %s", x.Status, x.Cause)
	}
}

func TestAToleratedFailureLeavesItsRecordInTheOutput(t *testing.T) {
	x := execute(t, distributed(`, "ToleratedFailureCount": 1`), `[`+good+`,`+bad+`]`, asl.Options{Handler: timed})
	output := x.Output.([]any)
	record := output[1].(*value.Object)
	if output[0] != 1.0 || record.Text("Status") != "FAILED" || record.Text("Error") != "E" || record.Text("Cause") != "because" || record.Text("Input") != `{"fail":"E","seconds":1}` {
		t.Errorf("output %s", asl.Encode(output))
	}
}

func TestInlineMapsIgnoreTolerances(t *testing.T) {
	x := execute(t, tasksMap(`, "ToleratedFailurePercentage": 100`, ``), `[`+bad+`]`, asl.Options{Handler: timed})
	fails(t, x, "E", "because")
}

func TestLabels(t *testing.T) {
	for label, valid := range map[string]bool{"Score-1_x": true, "a b": false, "a/b": false, "": false, "0123456789012345678901234567890123456789": true, "01234567890123456789012345678901234567890": false} {
		_, err := asl.Load([]byte(distributed(`, "Label": "` + label + `"`)))
		if valid != (err == nil) {
			t.Errorf("label %q: %v", label, err)
		}
	}
}
