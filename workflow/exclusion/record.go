// Package exclusion is the record of whom the extraction of a run left out. The extraction's own file, excluded.jsonl, lies beside the
// cohort, where nothing locks it. The function that updates the alerts copies it into the record store before it changes any alert, once:
// from then on the record is what the run says.
package exclusion

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

// Folder is the prefix of the records in the record store: "exclusions/TRIAL/HASH.json", one for each run.
const Folder = "exclusions/"

// Record is the record of a run. Its schema is docs/exclusion-record.schema.json.
type Record struct {
	SchemaVersion int    `json:"schemaVersion"` // 1
	Run           Run    `json:"run"`
	CutDate       string `json:"cutDate"` // the data cut, YYYY-MM-DD: the day for which the subjects were left out

	// Source is the extraction's file. A script of a team's own need not write one: then there is none, and nobody is listed.
	Source *Source `json:"source,omitempty"`

	Subjects []Subject `json:"subjects"`
}

// Run is the execution whose extraction left the subjects out.
type Run struct {
	Execution string `json:"execution"` // the ARN
	StartedAt string `json:"startedAt"` // as workflow.Started writes it
	TrialID   string `json:"trialId"`
	TrialFile string `json:"trialFile"` // the digest of the trial's file
}

// Source is the file that the record copies.
type Source struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	SHA256 string `json:"sha256"` // of its lines as they were read, without compression
}

// Subject is a subject who was left out.
type Subject struct {
	Subject string `json:"subject"` // the pseudonym
	Site    string `json:"site,omitempty"`
	Reason  string `json:"reason"`         // such as died_before_cut
	Date    string `json:"date,omitempty"` // the day of the reason, YYYY-MM-DD, if the extraction says it
}

// Key returns the key of the record of a run: that of its decision records' folder, [workflow.RecordsOf], with the same hash.
func Key(trialID, execution, startedAt string) string {
	return Folder + strings.TrimSuffix(strings.TrimPrefix(workflow.RecordsOf(trialID, execution, startedAt), workflow.RecordFolder+"/"), "/") + ".json"
}

// Key returns the key that the record must have.
func (r *Record) Key() string { return Key(r.Run.TrialID, r.Run.Execution, r.Run.StartedAt) }

// Body returns the bytes of the record's object.
func (r *Record) Body() []byte {
	if r.Subjects == nil {
		r.Subjects = []Subject{}
	}
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		panic(err) // texts and a number only
	}
	return append(body, '\n')
}

// Read reads the object of a record under a key.
func Read(key string, body []byte) (*Record, error) {
	var r Record
	if err := strictjson.UnmarshalKnown(body, &r); err != nil {
		return nil, fmt.Errorf("%s is not a record of exclusions: %w", key, err)
	}
	if r.SchemaVersion != 1 || r.Subjects == nil {
		return nil, fmt.Errorf("%s is not a record of exclusions: schemaVersion must be 1, and subjects a list", key)
	}
	if r.Key() != key {
		return nil, fmt.Errorf("%s is the record of another run, whose key is %s", key, r.Key())
	}
	return &r, nil
}

// ReadLine reads a line of excluded.jsonl. It ignores fields that a record does not have.
func ReadLine(line []byte) (Subject, error) {
	var s Subject
	if strictjson.Unmarshal(line, &s) != nil || !workflow.IsID(s.Subject) || s.Subject == workflow.Unknown {
		return s, errors.New("a line of excluded.jsonl is not {\"subject\": …, \"reason\": …}")
	}
	return s, nil
}
