package approval

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

// Request is what the state RequestApproval sends. It has neither features nor scores. Unknown fields are refused.
type Request struct {
	TaskToken string    `json:"taskToken"`
	RequestID string    `json:"requestId"` // decides the key of the record: a hash of execution, time and redrive, in 64 hexadecimal digits
	Execution string    `json:"execution"` // the execution's ARN
	StartedAt time.Time `json:"startedAt"` // when the execution started
	TrialID   string    `json:"trialId"`
	Subjects  Subjects  `json:"subjects"`
	Record    string    `json:"record"`   // the decision records to review: "s3://bucket/key", or "s3://bucket/prefix/" for all below it
	Deadline  time.Time `json:"deadline"` // when the state stops waiting

	// RedriveCount is how often the execution was redriven. The function waits until the trail shows as many redrives.
	// Default: 0.
	RedriveCount int `json:"redriveCount,omitempty"`

	// RetryCount is how often the state was retried since it was entered. Default: 0.
	RetryCount int `json:"retryCount,omitempty"`
}

// after reports whether a request with another token is newer than an earlier one of the same execution, or as new: the execution
// started again under its name, was redriven, entered the state again, or retried it. The deadline is the time at which the state
// was entered, plus a constant.
func (r *Request) after(earlier *Request) bool {
	return cmp.Or(r.StartedAt.Compare(earlier.StartedAt), cmp.Compare(r.RedriveCount, earlier.RedriveCount),
		r.Deadline.Compare(earlier.Deadline), cmp.Compare(r.RetryCount, earlier.RetryCount)) >= 0
}

// Subjects is who a request is about: the counts of a cohort, or the pseudonymous id of one subject. In JSON it is an object
// or a string.
type Subjects struct {
	ID     string
	Counts *Counts
}

// Counts are the totals of a cohort's run.
type Counts struct {
	Subjects int `json:"subjects"`
	Scored   int `json:"scored"`
	High     int `json:"high"`
	Failed   int `json:"failed"`
}

// MarshalJSON writes the counts, or the id.
func (s Subjects) MarshalJSON() ([]byte, error) {
	if s.Counts != nil {
		return json.Marshal(s.Counts)
	}
	return json.Marshal(s.ID)
}

// UnmarshalJSON reads the counts, or an id.
func (s *Subjects) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte(`"`)) {
		return strictjson.Unmarshal(text, &s.ID)
	}
	return strictjson.UnmarshalKnown(text, &s.Counts)
}

// String returns a text for people: the counts in words, or the id.
func (s Subjects) String() string {
	if s.Counts == nil {
		return "subject " + s.ID
	}
	return fmt.Sprintf("%d at high risk, %d scored and %d not scored, of %d subjects", s.Counts.High, s.Counts.Scored, s.Counts.Failed, s.Counts.Subjects)
}

var (
	executionPattern = regexp.MustCompile(`^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:execution:[^:\s]+:[^:\s]+$`)
	requestIDPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// ParseRequest reads and checks a request, and reports all faults at once. The faults name fields, never subjects.
func ParseRequest(payload []byte) (*Request, error) {
	var r Request
	if err := strictjson.UnmarshalKnown(payload, &r); err != nil {
		return nil, fmt.Errorf("invalid approval request: %w", err)
	}
	var faults []error
	check := func(ok bool, fault string) {
		if !ok {
			faults = append(faults, errors.New(fault))
		}
	}
	check(r.TaskToken != "", "taskToken is required")
	check(requestIDPattern.MatchString(r.RequestID), "requestId must have 64 hexadecimal digits")
	check(executionPattern.MatchString(r.Execution), "execution must be the ARN of an execution")
	check(!r.StartedAt.IsZero(), "startedAt is required")
	check(workflow.IsID(r.TrialID), "trialId "+workflow.IDRule)
	check(r.Subjects.Counts != nil || r.Subjects.ID != "", "subjects must be counts or a subject's pseudonymous id")
	check(!r.Deadline.IsZero(), "deadline is required")
	check(r.RedriveCount >= 0, "redriveCount must not be negative")
	check(r.RetryCount >= 0, "retryCount must not be negative")
	for _, text := range []struct{ name, value string }{
		{"execution", r.Execution}, {"trialId", r.TrialID}, {"subjects", r.Subjects.ID}, {"record", r.Record},
	} {
		check(plain.Line(text.value) == text.value, text.name+" must have printable characters only")
	}
	_, err := ParsePlace(r.Record)
	check(err == nil, "record must be an S3 URI, s3://bucket/key or s3://bucket/prefix/")
	return &r, errors.Join(faults...)
}

// ID returns the id of an execution's approval: short enough to type, and the same each time the execution asks.
func ID(execution string) string {
	sum := sha256.Sum256([]byte(execution))
	return "ap-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:16])
}

var idPattern = regexp.MustCompile(`^ap-[a-z2-7]{16}$`)

// IsID reports whether a text has the form of an approval's id.
func IsID(id string) bool { return idPattern.MatchString(id) }

// Place is an object in S3, or all objects below a prefix that ends in a slash.
type Place struct{ Bucket, Key string }

// ParsePlace reads "s3://bucket/key" or "s3://bucket/prefix/".
func ParsePlace(uri string) (Place, error) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	bucket, key, found := strings.Cut(rest, "/")
	if !ok || !found || bucket == "" || key == "" {
		return Place{}, errors.New("not an S3 URI, s3://bucket/key")
	}
	return Place{bucket, key}, nil
}

// String returns the place's URI.
func (p Place) String() string { return "s3://" + p.Bucket + "/" + p.Key }
