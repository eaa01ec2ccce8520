package approval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
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
	for reason, change := range map[string]func(map[string]any){
		"another execution": func(r map[string]any) { r["execution"] = execution + "0" },
		"another request":   func(r map[string]any) { r["requestId"] = requestID("token-3") },
		"another approval":  func(r map[string]any) { r["approvalId"] = "ap-aaaaaaaaaaaaaaaa" },
		"another trial":     func(r map[string]any) { r["trialId"] = "T-9" },
		"another start":     func(r map[string]any) { r["startedAt"] = "2025-03-01T01:00:00Z" },
		"other subjects":    func(r map[string]any) { r["subjects"].(map[string]any)["high"] = 0 },
		"no verdict":        func(r map[string]any) { r["decision"] = "maybe" },
		"a ghost":           func(r map[string]any) { r["signer"].(map[string]any)["arn"] = "ghost" },
		"no starter":        func(r map[string]any) { r["startedBy"] = []any{} },
		"after deadline":    func(r map[string]any) { r["signedAt"] = "2026-03-04T03:00:00Z" },
		"nothing reviewed":  func(r map[string]any) { delete(r, "reviewed") },
		"another place":     func(r map[string]any) { r["reviewed"].(map[string]any)["place"] = "s3://records/decisions/T-1/other/" },
		"another digest":    func(r map[string]any) { r["reviewed"].(map[string]any)["sha256"] = requestID("token-3") },
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			d := s.decision("approve")
			planted := recorded(t, request())
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

// Who may write to the bucket could hide the record of a decision, or replace it, and then decide again.
//
// Requirements: P11-10e, P11-70
func TestADecisionWhoseRecordIsHiddenIsNotMadeAgain(t *testing.T) {
	s := newScene(t)
	contrary := s.decision("reject")
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	record, _, err := s.objects.Read(context.Background(), recordKey("token-1"))
	if err != nil {
		t.Fatal(err)
	}
	s.decider.Records.Objects = hidden{s.objects, recordKey("token-1")}
	_, err = s.decider.Decide(context.Background(), s.id, joe, contrary)
	wantFault(t, err, http.StatusConflict, "RecordMissing")
	_, err = s.client(janesKey).Show(context.Background(), s.id)
	wantFault(t, err, http.StatusConflict, "RecordMissing")

	s.decider.Records.Objects = s.objects
	s.objects.Set(recordKey("token-1"), bytes.Replace(record, []byte("the seven were called"), []byte("nobody was called"), 1))
	_, err = s.decider.Decide(context.Background(), s.id, jane, contrary)
	wantFault(t, err, http.StatusConflict, "ForeignRecord")
	if n := len(s.tasks.Outputs["token-1"]); n != 1 {
		t.Errorf("the task was completed %d times", n)
	}
}

// hidden are objects one of which has a delete marker.
type hidden struct {
	approval.Objects
	key string
}

// Read implements approval.Objects.
func (h hidden) Read(ctx context.Context, key string) ([]byte, string, error) {
	if key == h.key {
		return nil, "", approval.ErrNotFound
	}
	return h.Objects.Read(ctx, key)
}

// Create implements approval.Objects: S3 creates an object where there is a delete marker.
func (h hidden) Create(_ context.Context, _ string, body []byte) (string, error) {
	return memory.Version(body), nil
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
