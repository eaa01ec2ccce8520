package asl_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

func writes(config string) string {
	return distributed(`, "ToleratedFailureCount": 9, "Label": "L", "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", ` + config + `"Parameters": {"Bucket": "out", "Prefix": "p/q"}}`)
}

// written returns the objects in the bucket by their names in the Map Run's folder.
func written(t *testing.T, store *memory) map[string]string {
	t.Helper()
	objects := map[string]string{}
	for name, body := range store.objects {
		parts := strings.Split(name, "/")
		if len(parts) != 5 || parts[0] != "out" || parts[1] != "p" || parts[2] != "q" || len(parts[3]) != 36 {
			t.Fatalf("object %s, want out/p/q/UUID/FILE", name)
		}
		objects[parts[4]] = body
	}
	return objects
}

func TestMapWriterFiles(t *testing.T) {
	store := &memory{objects: map[string]string{}}
	x := execute(t, writes(``), `[{"seconds": 2, "out": "a"}, {"seconds": 1, "fail": "E"}, {"seconds": 3, "out": {"b": 1}}]`,
		asl.Options{Handler: timed, Objects: store, StateMachine: asl.StateMachine{Name: "m"}})
	objects := written(t, store)
	if diff := cmp.Diff([]string{"FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"}, slices.Sorted(maps.Keys(objects))); diff != "" {
		t.Fatalf("files (-want +got):\n%s", diff)
	}
	output := x.Output.(*value.Object)
	details := output.Object("ResultWriterDetails")
	folder := strings.TrimSuffix(details.Text("Key"), "manifest.json")
	arn := output.Text("MapRunArn")
	if details.Text("Bucket") != "out" || store.objects["out/"+details.Text("Key")] == "" || !strings.HasPrefix(arn, "arn:aws:states:us-east-1:123456789012:mapRun:m/L:") {
		t.Errorf("output %s", asl.Encode(x.Output))
	}
	manifest := value.Plain(decode(t, objects["manifest.json"]))
	want := map[string]any{"DestinationBucket": "out", "MapRunArn": arn, "ResultFiles": map[string]any{
		"FAILED":    []any{map[string]any{"Key": folder + "FAILED_0.json", "Size": float64(len(objects["FAILED_0.json"]))}},
		"PENDING":   []any{},
		"SUCCEEDED": []any{map[string]any{"Key": folder + "SUCCEEDED_0.json", "Size": float64(len(objects["SUCCEEDED_0.json"]))}}}}
	if diff := cmp.Diff(any(want), manifest); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	record := decode(t, objects["SUCCEEDED_0.json"]).([]any)[0].(*value.Object)
	record.Delete("ExecutionArn")
	record.Delete("Name")
	wantRecord := decode(t, `{"Input": "{\"seconds\":2,\"out\":\"a\"}", "InputDetails": {"Included": true}, "Output": "\"a\"", "OutputDetails": {"Included": true},
		"RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE", "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
		"StartDate": "2026-01-01T00:00:00Z", "StopDate": "2026-01-01T00:00:02Z", "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m/L", "Status": "SUCCEEDED"}`)
	if diff := cmp.Diff(wantRecord, any(record)); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	failed := decode(t, objects["FAILED_0.json"]).([]any)[0].(*value.Object)
	if failed.Text("Error") != "E" || failed.Text("Cause") != "because" || failed.Text("Status") != "FAILED" {
		t.Errorf("failed record %v", failed)
	}
	if store.open != 0 {
		t.Errorf("%d writers stay open", store.open)
	}
}

func TestTransformations(t *testing.T) {
	items := `[{"seconds": 1, "out": [1, 2]}, {"seconds": 2, "out": {"a": 3}}]`
	for _, row := range []struct{ config, file, want string }{
		{`"WriterConfig": {"Transformation": "COMPACT"}, `, "SUCCEEDED_0.json", `[[1,2],{"a":3}]`},
		{`"WriterConfig": {"Transformation": "FLATTEN"}, `, "SUCCEEDED_0.json", `[1,2,{"a":3}]`},
		{`"WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"}, `, "SUCCEEDED_0.jsonl", "[1,2]\n{\"a\":3}\n"},
	} {
		store := &memory{objects: map[string]string{}}
		execute(t, writes(row.config), items, asl.Options{Handler: timed, Objects: store})
		if got := written(t, store)[row.file]; got != row.want {
			t.Errorf("%s: %q, want %q", row.config, got, row.want)
		}
	}
	x := execute(t, distributed(`, "ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}}`), items, asl.Options{Handler: timed})
	succeeds(t, x, `[1, 2, {"a": 3}]`)
}

func TestAFailedRunStillWritesItsResults(t *testing.T) {
	store := &memory{objects: map[string]string{}}
	definition := strings.Replace(writes(``), `"ToleratedFailureCount": 9`, `"ToleratedFailureCount": 0`, 1)
	x := execute(t, definition, `[{"seconds": 1, "out": 1}, {"seconds": 2, "fail": "E"}, {"seconds": 9}]`, asl.Options{Handler: timed, Objects: store})
	fails(t, x, "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")
	objects := written(t, store)
	if decode(t, objects["manifest.json"]) == nil || len(decode(t, objects["SUCCEEDED_0.json"]).([]any)) != 1 || len(decode(t, objects["FAILED_0.json"]).([]any)) != 2 {
		t.Errorf("objects %v", objects)
	}
	if store.open != 0 {
		t.Errorf("%d writers stay open", store.open)
	}
}

func TestMapWriterFaultsAndFailures(t *testing.T) {
	fails(t, execute(t, writes(``), `[]`, asl.Options{}), "States.ResultWriterFailed", "Options.Objects is not set, so there is nowhere to write")
	_, err := asl.Load([]byte(distributed(`, "ResultWriter": {}`)))
	_, err2 := asl.Load([]byte(distributed(`, "ResultWriter": {"Resource": "arn:aws:states:::s3:getObject", "WriterConfig": {"Transformation": "ZIP"}}`)))
	want := []string{`state "S": ResultWriter: needs Resource or WriterConfig`,
		`state "S": ResultWriter.Resource: must be arn:aws:states:::s3:putObject, got "arn:aws:states:::s3:getObject"`,
		`state "S": ResultWriter.Parameters: is missing`,
		`state "S": ResultWriter.WriterConfig.Transformation: must be one of NONE, COMPACT, FLATTEN, got "ZIP"`}
	if diff := cmp.Diff(want, append(faults(err), faults(err2)...)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
