package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/strictjson"
)

// Verdict is what a person decides.
type Verdict string

// The verdicts.
const (
	Approve Verdict = "approved"
	Reject  Verdict = "rejected"
)

// Decision is what an approver decides, and signs as part of a [Statement]. It does not name the signer.
//
// Requirements: P11-50a
type Decision struct {
	Decision string      // "approve" or "reject"
	Code     Code        // why, in a word
	Except   []Exception // the subjects to whom the opposite applies
	Meaning  string      // the meaning of the signature, such as "approval" or "responsibility" (21 CFR 11.50)
	Reason   string      // why
	Shown    string      // the SHA-256 of the rendering that the signer was shown
	Round    int         // the round of the request that the signer was shown
}

// The maximum lengths of the texts, in characters.
const (
	longestName = 200
	longestText = 2000
)

// verdict checks the decision, reports all faults at once, and returns the verdict.
func (d *Decision) verdict() (Verdict, error) {
	verdict, ok := verdicts[d.Decision]
	var faults []error
	if !ok {
		faults = append(faults, fmt.Errorf(`decision must be "approve" or "reject"`))
	}
	for _, text := range []struct {
		name, value string
		longest     int
	}{{"meaning", d.Meaning, longestName}, {"reason", d.Reason, longestText}} {
		if !readable(text.value, text.longest) {
			faults = append(faults, fmt.Errorf("%s must have 1 to %d printable characters", text.name, text.longest))
		}
	}
	if ok {
		faults = append(faults, d.checkCodes(verdict)...)
	}
	if len(d.Shown) != 64 || strings.Trim(d.Shown, "0123456789abcdef") != "" {
		faults = append(faults, errors.New("shown must be the SHA-256 of what was shown with the request"))
	}
	if d.Round < 1 {
		faults = append(faults, errors.New("round must be the round of the request, as shown with the request"))
	}
	return verdict, errors.Join(faults...)
}

// readable reports whether a text has visible characters, and no hidden ones.
func readable(text string, longest int) bool {
	hidden := func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' }
	return plain.IsVisible(text) && utf8.RuneCountInString(text) <= longest && !strings.ContainsFunc(text, hidden)
}

// ReadableBytes is how many bytes of a record an execution reads: all but the list of the reviewed objects. A state's data has at most
// 262,144 bytes (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html), in which the text is escaped.
const ReadableBytes = 160_000

// Record is the record of a person's decision. The digest links it to the reviewed records (21 CFR 11.50 and 11.70). Its
// schema is approval-record.schema.json. It is created once and never replaced.
//
// Requirements: P11-50a, P11-50b, P11-70
type Record struct {
	SchemaVersion int `json:"schemaVersion"` // 1

	ApprovalID  string    `json:"approvalId"`
	RequestID   string    `json:"requestId"`
	Round       int       `json:"round"`
	Decision    Verdict   `json:"decision"` // approved if anybody is
	Code        Code      `json:"code"`
	Verdicts    []Decided `json:"verdicts"`           // about each subject
	Unlisted    int       `json:"unlisted,omitempty"` // how many more are rejected with the run
	Signer      Signature `json:"signer"`
	Meaning     string    `json:"meaning"`
	Reason      string    `json:"reason"`
	SignedAt    time.Time `json:"signedAt"`
	Execution   string    `json:"execution"`
	TrialID     string    `json:"trialId"`
	Subjects    Subjects  `json:"subjects"`
	StartedAt   time.Time `json:"startedAt"`
	StartedBy   []Starter `json:"startedBy"`
	RequestedAt time.Time `json:"requestedAt"`
	Deadline    time.Time `json:"deadline"`

	// Shown is what the signer was shown, and signed. It says which records it was made of.
	Shown *Rendering `json:"shown"`

	// Reviewed must be the last field, and the list of objects the last one in it: the execution reads what comes before the list.
	Reviewed *Reviewed `json:"reviewed"`
}

// Signature is the signer of a decision.
type Signature struct {
	ARN         string `json:"arn"`
	UserID      string `json:"userId"`
	PrintedName string `json:"printedName"`

	// Invocation is the request id of the function's invocation. CloudTrail's data event with this id shows the same signer,
	// independently of the function.
	Invocation string `json:"invocation"`
}

// Outcome is the output of the task, and the answer to the person who decided.
type Outcome struct {
	Decision      Verdict `json:"decision"`
	ApprovalID    string  `json:"approvalId"`
	Signer        string  `json:"signer"`        // the ARN
	Record        string  `json:"record"`        // "s3://bucket/approvals/TRIAL/REQUEST.json"
	RecordVersion string  `json:"recordVersion"` // the version of that object
	Reviewed      string  `json:"reviewed"`      // the digest of the reviewed records
	Approved      int     `json:"approved"`      // how many subjects were approved
	Rejected      int     `json:"rejected"`      // how many were not
}

// signed is a record with its place in the store.
type signed struct {
	Record
	key, version string
}

// recordKey is the key of the record. The execution derives the same key, and reads the record there.
func (a *Approval) recordKey() string {
	return ApprovalsPrefix + a.Request.TrialID + "/" + a.Request.RequestID + ".json"
}

// find returns the record of the request, or ErrNotFound. It refuses another record in its place, and a record that is no longer there:
// a decision that was hidden is not made again.
func (r Records) find(ctx context.Context, a *Approval) (*signed, error) {
	s := &signed{key: a.recordKey()}
	body, version, err := r.Objects.Read(ctx, s.key)
	switch decided := a.Decision; {
	case errors.Is(err, ErrNotFound) && decided != nil:
		return nil, fault(http.StatusConflict, "RecordMissing", "the record of the decision, %s in version %s, is hidden: tell your administrator",
			Place{r.Bucket, decided.Key}, decided.Version)
	case err != nil:
		return nil, err
	}
	s.version = version
	if err := strictjson.Unmarshal(body, &s.Record); err != nil {
		return nil, fmt.Errorf("the approval record is not valid JSON: %w", err)
	}
	if decided := a.Decision; !s.isOf(a) || decided != nil && decided.Version != version {
		return nil, fault(http.StatusConflict, "ForeignRecord", "the record at %s is not of this request: tell your administrator", Place{r.Bucket, s.key})
	}
	return s, nil
}

// isOf reports whether the record is of the request, and says what the deciding function says in a record. The round and the time of
// the request are those of any round of the request.
func (r *Record) isOf(a *Approval) bool {
	asked := &a.Request
	same := r.ApprovalID == a.ID && r.RequestID == asked.RequestID && r.Execution == asked.Execution && r.TrialID == asked.TrialID &&
		r.Subjects.String() == asked.Subjects.String() && r.StartedAt.Equal(asked.StartedAt) && r.Deadline.Equal(asked.Deadline)
	_, person := parsePrincipal(r.Signer.ARN)
	signed := (r.Decision == Approve || r.Decision == Reject) && person && len(r.StartedBy) > 0 && r.SignedAt.Before(r.Deadline)
	shown := r.Shown != nil && r.Shown.Key == a.renderingKey() && len(r.Verdicts) > 0 && r.Decision == overall(r.Verdicts)
	return same && signed && shown && r.Reviewed != nil && r.Reviewed.Place == asked.Record && r.Reviewed.SHA256 == r.Reviewed.Sum()
}

// create stores the record once. ErrExists means that somebody decided before.
func (r Records) create(ctx context.Context, a *Approval, record Record) (*signed, error) {
	body, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return nil, err
	}
	version, err := r.Objects.Create(ctx, a.recordKey(), append(body, '\n'))
	return &signed{Record: record, key: a.recordKey(), version: version}, err
}

func (r Records) outcome(s *signed) *Outcome {
	approved := 0
	for _, said := range s.Verdicts {
		if said.Verdict == Approve {
			approved++
		}
	}
	return &Outcome{
		Approved: approved, Rejected: len(s.Verdicts) + s.Unlisted - approved,
		Decision: s.Decision, ApprovalID: s.ApprovalID, Signer: s.Signer.ARN,
		Record: Place{r.Bucket, s.key}.String(), RecordVersion: s.version, Reviewed: s.Reviewed.SHA256,
	}
}
