package approval_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func recordSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("approval-record.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// recorded returns the record of Jane's approval of a request.
func recorded(t *testing.T, asked map[string]any) map[string]any {
	t.Helper()
	s := newScene(t)
	s.tasks.Waiting["token-2"] = true
	asked["taskToken"] = "token-2"
	s.ask(asked)
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	body, _, err := s.objects.Read(context.Background(), s.records()[0])
	if err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal(body, &record); err != nil {
		t.Fatal(err)
	}
	return record
}

// Requirements: P11-10b
func TestRecordsMeetTheirSchema(t *testing.T) {
	for reason, asked := range map[string]map[string]any{"a cohort": request(), "a subject": asked("subjects", "S-0042")} {
		if err := recordSchema(t).Validate(recorded(t, asked)); err != nil {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// Requirements: P11-10a-records
func TestTheSchemaRefusesWrongRecords(t *testing.T) {
	for reason, change := range map[string]func(map[string]any){
		"no signer":           func(r map[string]any) { delete(r, "signer") },
		"no printed name":     func(r map[string]any) { r["signer"].(map[string]any)["printedName"] = "" },
		"no invocation":       func(r map[string]any) { delete(r["signer"].(map[string]any), "invocation") },
		"no reason":           func(r map[string]any) { r["reason"] = "" },
		"a feature":           func(r map[string]any) { r["subjects"].(map[string]any)["age"] = 71 },
		"no starter":          func(r map[string]any) { r["startedBy"] = []any{} },
		"nothing reviewed":    func(r map[string]any) { r["reviewed"].(map[string]any)["objects"] = []any{} },
		"an invented verdict": func(r map[string]any) { r["decision"] = "maybe" },
		"a time of day":       func(r map[string]any) { r["signedAt"] = "noon" },
	} {
		record := recorded(t, request())
		change(record)
		if recordSchema(t).Validate(record) == nil {
			t.Errorf("%s is accepted", reason)
		}
	}
}
