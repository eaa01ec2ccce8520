package verify

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/docs"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
	"clinical-risk-pipeline/workflow/outcome"
)

// schemas are the schemas of records, by kind.
var schemas = sync.OnceValues(func() (map[records.Kind]*jsonschema.Schema, error) {
	compiled := map[records.Kind]*jsonschema.Schema{}
	for kind, text := range map[records.Kind][]byte{
		records.Decision: docs.DecisionRecordSchema, records.Exclusion: docs.ExclusionRecordSchema, records.Transition: docs.TransitionSchema,
		records.Outcomes: docs.OutcomeRecordSchema,
		records.Approval: approval.RecordSchema,
	} {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		name := string(kind) + ".schema.json"
		if err := compiler.AddResource(name, document); err != nil {
			return nil, err
		}
		if compiled[kind], err = compiler.Compile(name); err != nil {
			return nil, err
		}
	}
	return compiled, nil
})

// checkSaid checks what a record says: its trial, its schema, its key, and its part.
func (v *verifier) checkSaid(part, name string, kind records.Kind, key string, body []byte) {
	if kind == "" {
		v.wrong(name, "no record of a trial has the key %s", key)
		return
	}
	if other := records.TrialOf(key); other != v.manifest.TrialID {
		v.wrong(name, "its key is of the trial %s, not of %s", other, v.manifest.TrialID)
	}
	if kind == records.Attachment {
		return
	}
	if err := Conforms(kind, body); err != nil {
		v.wrong(name, "it does not meet the schema of its kind, %s: %v", kind, err)
	}
	v.checkTrial(name, body)
	day := records.DayOf(kind, body)
	if day != "" && !strings.HasPrefix(day, part) {
		v.wrong(name, "it is of %s and lies in the month %s", day, part)
	}
	if m := v.manifest; m.From != "" && day < m.From || m.To != "" && day > m.To {
		v.wrong(name, "it is of %s, and the export is from %s to %s", day, m.From, m.To)
	}
	switch kind {
	case records.Decision:
		v.checkDecision(name, key, body)
	case records.Exclusion:
		v.checkExclusion(name, key, body)
	case records.Transition:
		v.checkTransition(name, key, body)
	case records.Outcomes:
		v.checkOutcomes(name, key, body)
	}
}

// Conforms checks that a record is strict JSON and meets the schema of its kind. The error may quote the record.
func Conforms(kind records.Kind, body []byte) error {
	if err := strictjson.Check(body); err != nil {
		return fmt.Errorf("not strict JSON: %w", err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	all, err := schemas()
	if err != nil {
		return err
	}
	if err := all[kind].Validate(document); err != nil {
		return fmt.Errorf("%s", strings.ReplaceAll(strings.TrimPrefix(err.Error(), "jsonschema validation failed with "), "\n", " "))
	}
	return nil
}

// checkTrial names the record of another trial, wherever it says so.
func (v *verifier) checkTrial(name string, body []byte) {
	var said struct {
		TrialID string `json:"trialId"`
		Run     struct {
			TrialID string `json:"trialId"`
		} `json:"run"`
		After struct {
			Trial string `json:"trial"`
		} `json:"after"`
	}
	if strictjson.Unmarshal(body, &said) != nil {
		// A transition's run is a text.
		var approved struct {
			TrialID string `json:"trialId"`
			After   struct {
				Trial string `json:"trial"`
			} `json:"after"`
		}
		_ = strictjson.Unmarshal(body, &approved) // what cannot be read does not meet its schema
		said.TrialID, said.After.Trial = approved.TrialID, approved.After.Trial
	}
	for _, trial := range []string{said.TrialID, said.Run.TrialID, said.After.Trial} {
		if trial != "" && trial != v.manifest.TrialID {
			v.wrong(name, "it is a record of the trial %s, not of %s", trial, v.manifest.TrialID)
		}
	}
}

func (v *verifier) checkDecision(name, key string, body []byte) {
	var d struct {
		Run struct {
			Execution string `json:"execution"`
			StartedAt string `json:"startedAt"`
			TrialID   string `json:"trialId"`
		} `json:"run"`
	}
	if strictjson.Unmarshal(body, &d) != nil {
		return // it does not meet its schema
	}
	if folder := workflow.RecordsOf(d.Run.TrialID, d.Run.Execution, d.Run.StartedAt); !strings.HasPrefix(key, folder) {
		v.wrong(name, "it is a record of the run in %s, and its key is %s", folder, key)
	}
	v.runs[d.Run.Execution] = true
}

func (v *verifier) checkOutcomes(name, key string, body []byte) {
	r, err := outcome.Read(key, body)
	if err != nil {
		v.wrong(name, "%v", err)
		return
	}
	v.outcomes[r.Digest()] = true
	for _, digest := range r.Supersedes {
		v.superseded[digest] = name
	}
}

func (v *verifier) checkExclusion(name, key string, body []byte) {
	r, err := exclusion.Read(key, body)
	if err != nil {
		v.wrong(name, "%v", err)
		return
	}
	v.runs[r.Run.Execution] = true
}

func (v *verifier) checkTransition(name, key string, body []byte) {
	e, err := alert.ReadEvent(key, body)
	if err != nil {
		v.wrong(name, "%v", err)
		return
	}
	if e.After.Alert != nil {
		v.alerts[e.After.Alert.ID] = true
	}
	prefix := strings.TrimSuffix(key, key[strings.LastIndex(key, "/")+1:])
	if v.lines[prefix] == nil {
		v.lines[prefix] = &line{}
	}
	v.lines[prefix].add(e.Sequence)
	if e.Run != "" && v.named[e.Run] == "" {
		v.named[e.Run] = name
	}
}
