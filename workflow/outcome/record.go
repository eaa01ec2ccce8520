// Package outcome is the record of what became of a trial's subjects: how the treatment of each ended, and how the study did. The two are
// different outcomes. Who discontinues the treatment may stay in the study, and a death ends both.
//
// A record has all subjects. It is created once and never replaced: a later one names those that it supersedes, and the one that no other
// supersedes is in force.
package outcome

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
)

// Folder is the prefix of the records in the record store: "outcomes/TRIAL/DIGEST.json".
const Folder = "outcomes/"

// digestLength is the length of the digest in a key, in hexadecimal digits.
const digestLength = 32

// Kind is an outcome of a subject.
type Kind string

// The two outcomes.
const (
	Treatment Kind = "treatment"
	Study     Kind = "study"
)

// Kinds are all outcomes.
var Kinds = []Kind{Treatment, Study}

// Status says how a treatment or a study ended.
type Status string

// The statuses. A treatment is discontinued, and a subject withdrew from a study: no outcome has both.
const (
	Completed    Status = "completed"
	Discontinued Status = "discontinued" // the treatment
	Withdrew     Status = "withdrew"     // from the study; also a death and a loss to follow-up
	Ongoing      Status = "ongoing"      // or nobody knows the end yet
)

// Statuses returns the statuses that an outcome can have.
func Statuses(kind Kind) []Status {
	if kind == Study {
		return []Status{Completed, Withdrew, Ongoing}
	}
	return []Status{Completed, Discontinued, Ongoing}
}

// End is the end of a treatment or of a study.
type End struct {
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"` // as DS has it, such as ADVERSE EVENT; of an event only
	Date   string `json:"date,omitempty"`   // YYYY-MM-DD; none while it is ongoing
}

// IsEvent reports whether the end is what the scores are about.
func (e End) IsEvent() bool { return e.Status == Discontinued || e.Status == Withdrew }

// IsKnown reports whether the end is known. One that is not known is censored: it is not the absence of an event.
func (e End) IsKnown() bool { return e.Status != Ongoing }

// Subject is what became of a subject.
type Subject struct {
	Subject   string `json:"subject"` // the pseudonym
	Site      string `json:"site,omitempty"`
	Treatment End    `json:"treatment"`
	Study     End    `json:"study"`
}

// End returns an outcome of the subject.
func (s Subject) End(kind Kind) End {
	if kind == Study {
		return s.Study
	}
	return s.Treatment
}

// Record is what became of the subjects of a trial, as an import had it. Its schema is docs/outcome-record.schema.json.
type Record struct {
	SchemaVersion int    `json:"schemaVersion"` // 1
	TrialID       string `json:"trialId"`
	TrialFile     string `json:"trialFile"`  // the digest of the trial's file
	ImportedAt    string `json:"importedAt"` // by the clock of the importing machine, in UTC
	AsOf          string `json:"asOf"`       // the day up to which the outcomes are known

	// Source is the SHA-256 of the imported file.
	Source string `json:"source"`

	// Supersedes are the digests of the records that this one supersedes, sorted. There are two after two imports at the same time.
	Supersedes []string `json:"supersedes"`

	Subjects []Subject `json:"subjects"` // in the order of their ids
}

// Digest returns the digest that is in the record's key: of what it says, and of what it supersedes. The same import again, with the same
// records before it, has the same one.
func (r *Record) Digest() string {
	said, err := json.Marshal(struct {
		Trial, AsOf string
		Supersedes  []string
		Subjects    []Subject
	}{r.TrialID, r.AsOf, r.Supersedes, r.Subjects})
	if err != nil {
		panic(err) // texts only
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:])[:digestLength]
}

// Key returns the key of the record's object.
func (r *Record) Key() string { return Prefix(r.TrialID) + r.Digest() + ".json" }

// Prefix returns the prefix of a trial's records.
func Prefix(trialID string) string { return Folder + trialID + "/" }

// Body returns the bytes of the record's object.
func (r *Record) Body() []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(r); err != nil {
		panic(err) // texts and a number only
	}
	return text.Bytes()
}

// Says reports whether two records say the same of the subjects.
func (r *Record) Says(other *Record) bool {
	return r.TrialID == other.TrialID && r.AsOf == other.AsOf && slices.Equal(r.Subjects, other.Subjects)
}

// Read reads the object of a record under a key.
func Read(key string, body []byte) (*Record, error) {
	var r Record
	if err := strictjson.UnmarshalKnown(body, &r); err != nil {
		return nil, fmt.Errorf("%s is not a record of outcomes: %w", key, err)
	}
	if r.SchemaVersion != 1 || r.Supersedes == nil || r.Subjects == nil {
		return nil, fmt.Errorf("%s is not a record of outcomes: schemaVersion must be 1, and supersedes and subjects lists", key)
	}
	if r.Key() != key {
		return nil, fmt.Errorf("%s is a record whose key is %s: somebody altered it", key, r.Key())
	}
	return &r, nil
}

// ErrNone means that no outcomes were imported.
var ErrNone = errors.New("no outcomes were imported: run clinicalrisk outcomes import")

// InForce returns the records that no other one supersedes, in the order of their digests: one, or several after imports at the same time.
func InForce(all []*Record) []*Record {
	superseded := map[string]bool{}
	for _, r := range all {
		for _, digest := range r.Supersedes {
			superseded[digest] = true
		}
	}
	left := slices.DeleteFunc(slices.Clone(all), func(r *Record) bool { return superseded[r.Digest()] })
	slices.SortFunc(left, func(a, b *Record) int { return strings.Compare(a.Digest(), b.Digest()) })
	return left
}
