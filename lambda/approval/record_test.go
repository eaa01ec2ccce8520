package approval_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/lambda/approval"
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
	asked["taskToken"], asked["requestId"] = "token-2", requestID("token-2")
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

// Who may write to the bucket could plant a record where the decision is about to be written.
//
// Requirements: P11-10e, P11-70
func TestARecordOfAnotherRequestIsNoDecision(t *testing.T) {
	other := recorded(t, request())
	for reason, change := range map[string]func(map[string]any){
		"another execution": func(r map[string]any) { r["execution"] = execution + "0" },
		"another request":   func(r map[string]any) { r["requestId"] = requestID("token-3") },
		"another approval":  func(r map[string]any) { r["approvalId"] = "ap-aaaaaaaaaaaaaaaa" },
		"nothing reviewed":  func(r map[string]any) { delete(r, "reviewed") },
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			d := s.decision("approve")
			planted := maps.Clone(other)
			planted["requestId"] = requestID("token-1")
			change(planted)
			body, err := json.Marshal(planted)
			if err != nil {
				t.Fatal(err)
			}
			s.objects.Set(recordKey("token-1"), body)
			_, err = s.decider.Decide(context.Background(), s.id, jane, d)
			wantFault(t, err, http.StatusConflict, "ForeignRecord")
			if n := len(s.tasks.Outputs); n > 0 {
				t.Errorf("%d tasks were completed", n)
			}
		})
	}
}

// The execution reads what comes before the list of the reviewed records.
func TestTheListOfReviewedRecordsIsTheEndOfTheRecord(t *testing.T) {
	s := newScene(t)
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	body, _, err := s.objects.Read(context.Background(), recordKey("token-1"))
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(body), ",\n    \"objects\": [")
	var record approval.Record
	if err := json.Unmarshal([]byte(head+"}}"), &record); err != nil || !found {
		t.Fatalf("the beginning is not a record: %v\n%s", err, head)
	}
	if record.RequestID != requestID("token-1") || record.Decision != approval.Approve || record.Reviewed.Place != place || record.Reviewed.SHA256 == "" {
		t.Errorf("the beginning of the record is %+v", record)
	}
}
