package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/serve/api"
)

// request has a member of each kind.
type request struct {
	Name   string   `json:"name" api:"required,min=1,max=5"`
	Secret *string  `json:"secret" api:"max=3,sensitive"`
	Count  *int64   `json:"count" api:"min=0,max=10"`
	Share  *float64 `json:"share" api:"max=1"`
	Flag   bool     `json:"flag"`
	Keys   []string `json:"keys" api:"max=2,each max=3"`
	Inner  *inner   `json:"inner"`
	List   []inner  `json:"list"`
}

type inner struct {
	Kind string `json:"kind,omitempty" api:"required,enum=A|B"`
}

func TestDecode(t *testing.T) {
	var r request
	if err := api.Decode([]byte(`{"name": "a", "secret": "", "count": 3.9, "share": 0.5, "flag": true, "keys": [], "inner": {"kind": "A"}, "list": [null, {"kind": "B"}], "more": 1}`), &r); err != nil {
		t.Fatal(err)
	}
	if r.Name != "a" || r.Secret == nil || *r.Count != 3 || *r.Share != 0.5 || !r.Flag || r.Keys == nil || r.Inner.Kind != "A" || len(r.List) != 1 || r.List[0].Kind != "B" {
		t.Errorf("got %+v", r)
	}
	r = request{}
	if err := api.Decode([]byte(`{"name": "a", "secret": null, "keys": null}`), &r); err != nil || r.Secret != nil || r.Keys != nil || r.Count != nil {
		t.Errorf("null is not absent: %+v, %v", r, err)
	}
}

func TestConstraints(t *testing.T) {
	for body, want := range map[string]string{
		``: "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
		`{"name": "too long", "secret": "hidden"}`: "2 validation errors detected: Value 'too long' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5; " +
			"Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 3",
		`{"name": "a", "count": 11, "share": 1.5}`: "2 validation errors detected: Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10; " +
			"Value '1.5' at 'share' failed to satisfy constraint: Member must have value less than or equal to 1",
		`{"name": "a", "keys": ["a", "long", "b"]}`: "2 validation errors detected: Value '[a, long, b]' at 'keys' failed to satisfy constraint: Member must have length less than or equal to 2; " +
			"Value 'long' at 'keys.2.member' failed to satisfy constraint: Member must have length less than or equal to 3",
		`{"name": "a", "inner": {}, "list": [{"kind": "C"}]}`: "2 validation errors detected: Value null at 'inner.kind' failed to satisfy constraint: Member must not be null; " +
			"Value 'C' at 'list.1.member.kind' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
		`{"name": "ééééé"}`: "", // Five characters, ten bytes.
	} {
		err := api.Decode([]byte(body), new(request))
		switch {
		case want == "" && err != nil, want != "" && (err == nil || err.Code != api.CodeValidation || err.Message != want):
			t.Errorf("%s\ngot  %v\nwant %s", body, err, want)
		}
	}
}

func TestErrors(t *testing.T) {
	err := api.Invalid("no %s", "luck").Because("MISSING_REQUIRED_PARAMETER")
	text, _ := json.Marshal(err)
	if want := `{"__type":"ValidationException","message":"no luck","reason":"MISSING_REQUIRED_PARAMETER"}`; string(text) != want || err.HTTPStatus() != http.StatusBadRequest {
		t.Errorf("%d %s", err.HTTPStatus(), text)
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	text, _ := json.Marshal([]any{api.TimeOf(at), api.TimeOf(time.Time{}), api.TimeOf(at.Truncate(time.Second))})
	if want := `[1767323045.678,null,1767323045]`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
}
