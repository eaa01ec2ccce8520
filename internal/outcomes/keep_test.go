package outcomes

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/workflow/outcome"
)

// ended returns a file of one subject that discontinued the treatment on a day.
func ended(day string) *File {
	return &File{AsOf: day, SHA256: strings.Repeat("a", 64), Subjects: []outcome.Subject{{
		Subject: "S-1", Site: "S01", Treatment: outcome.End{Status: outcome.Discontinued, Reason: "ADVERSE EVENT", Date: day}, Study: outcome.End{Status: outcome.Ongoing},
	}}}
}

// Requirements: SRC-25
func TestALaterImportSupersedesAndTheSameOneChangesNothing(t *testing.T) {
	store, registered := &memory.Objects{}, example402(t)
	if _, err := Current(t.Context(), store, registered.ID); !errors.Is(err, outcome.ErrNone) {
		t.Errorf("got %v", err)
	}
	for i, step := range []struct {
		reason     string
		day        string
		new        bool
		supersedes int
		objects    int
	}{
		{"the first", "2026-03-01", true, 0, 1},
		{"the same again", "2026-03-01", false, 0, 1},
		{"a later one", "2026-04-01", true, 1, 2},
		{"one of the same subjects, later", "2026-04-02", true, 1, 3},
		{"that again", "2026-04-02", false, 0, 3},
	} {
		imported, err := Import(t.Context(), store, registered, ended(step.day), today.Add(time.Duration(i)*time.Hour))
		if err != nil {
			t.Fatalf("%s: %v", step.reason, err)
		}
		keys, err := store.List(t.Context(), outcome.Folder)
		if err != nil || imported.New != step.new || imported.Supersedes != step.supersedes || len(keys) != step.objects {
			t.Errorf("%s: %+v, %d objects, %v", step.reason, imported, len(keys), err)
		}
		current, err := Current(t.Context(), store, registered.ID)
		if err != nil || current.AsOf != step.day || current.Key() != imported.Key {
			t.Errorf("%s: %+v, %v", step.reason, current, err)
		}
	}
}

// A file that is older, or that lacks subjects, supersedes nothing: it may be the wrong one.
func TestAnOlderFileSupersedesNothing(t *testing.T) {
	store, registered := &memory.Objects{}, example402(t)
	newest, err := Import(t.Context(), store, registered, ended("2026-04-01"), today)
	if err != nil {
		t.Fatal(err)
	}
	fewer := ended("2026-04-02")
	fewer.Subjects = fewer.Subjects[1:]
	for want, file := range map[string]*File{"an older file supersedes no newer one": ended("2026-03-01"), "subjects of the outcomes in force are not in this file": fewer} {
		if _, err := Import(t.Context(), store, registered, file, today); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if current, err := Current(t.Context(), store, registered.ID); err != nil || current.Key() != newest.Key {
		t.Errorf("in force is %+v, %v", current, err)
	}
}

// The key is of what the record says: a crash after the write, and an import by two people at the same time, store it once.
func TestTheKeyOfARecordIsOfWhatItSays(t *testing.T) {
	store, registered := &memory.Objects{}, example402(t)
	first, err := Import(t.Context(), store, registered, ended("2026-03-01"), today)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Import(t.Context(), &memory.Objects{}, registered, ended("2026-03-01"), today.AddDate(0, 0, 1))
	if err != nil || other.Key != first.Key {
		t.Errorf("the keys are %s and %s, %v", first.Key, other.Key, err)
	}
	racing, err := Import(t.Context(), lateList{store}, registered, ended("2026-03-01"), today)
	if err != nil || racing.New || racing.Key != first.Key {
		t.Errorf("got %+v, %v", racing, err)
	}
}

// lateList does not see yet what somebody stores at the same time.
type lateList struct{ approval.Objects }

// List implements approval.Objects.
func (lateList) List(context.Context, string) ([]string, error) { return nil, nil }

func TestTwoImportsAtTheSameTimeAreNotGuessed(t *testing.T) {
	store, registered := &memory.Objects{}, example402(t)
	for _, day := range []string{"2026-03-01", "2026-04-01"} {
		apart := &memory.Objects{}
		imported, err := Import(t.Context(), apart, registered, ended(day), today)
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := apart.Read(t.Context(), imported.Key)
		if err != nil {
			t.Fatal(err)
		}
		store.Set(imported.Key, body)
	}
	if _, err := Current(t.Context(), store, registered.ID); err == nil || !strings.Contains(err.Error(), "at the same time") {
		t.Errorf("got %v", err)
	}
	imported, err := Import(t.Context(), store, registered, ended("2026-04-01"), today)
	if err != nil || imported.Supersedes != 2 {
		t.Fatalf("got %+v, %v", imported, err)
	}
	if current, err := Current(t.Context(), store, registered.ID); err != nil || current.AsOf != "2026-04-01" {
		t.Errorf("got %+v, %v", current, err)
	}
}

func TestAnAlteredRecordIsRefused(t *testing.T) {
	store, registered := &memory.Objects{}, example402(t)
	imported, err := Import(t.Context(), store, registered, ended("2026-03-01"), today)
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := store.Read(t.Context(), imported.Key)
	if err != nil {
		t.Fatal(err)
	}
	for reason, altered := range map[string][]byte{
		"another date":  bytes.Replace(body, []byte("2026-03-01"), []byte("2026-03-02"), 1),
		"another field": bytes.Replace(body, []byte(`"trialId"`), []byte(`"arm": "A", "trialId"`), 1),
		"no list":       bytes.Replace(body, []byte(`"supersedes": []`), []byte(`"supersedes": null`), 1),
		"no JSON":       body[:40],
	} {
		store.Set(imported.Key, altered)
		if _, err := Current(t.Context(), store, registered.ID); err == nil || !strings.Contains(err.Error(), imported.Key) {
			t.Errorf("%s: got %v", reason, err)
		}
	}
}

func TestRecordsMeetTheirSchema(t *testing.T) {
	store := &memory.Objects{}
	f, err := read(t, lines, "")
	if err != nil {
		t.Fatal(err)
	}
	imported, err := Import(t.Context(), store, example402(t), f, today)
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := store.Read(t.Context(), imported.Key)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../../docs/outcome-record.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{
		string(body): true,
		strings.Replace(string(body), `"discontinued"`, `"withdrew"`, 1): false,
		strings.Replace(string(body), `"2026-03-01"`, `"March"`, 1):      false,
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); (err == nil) != valid {
			t.Errorf("%v: %v", valid, err)
		}
	}
}
