package records

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
	"clinical-risk-pipeline/workflow/outcome"
)

// Kind is a kind of record.
type Kind string

// The kinds of records.
const (
	Decision   Kind = "decision"
	Exclusion  Kind = "exclusion"
	Approval   Kind = "approval"
	Attachment Kind = "attachment" // an object beside an approval that is no approval itself, such as what was shown to the approver
	Transition Kind = "transition"
	Outcomes   Kind = "outcomes" // of all subjects, as an import had them
)

// Kinds are all kinds, in the order in which an export shows them.
var Kinds = []Kind{Decision, Exclusion, Approval, Attachment, Transition, Outcomes}

// Prefixes returns the prefixes of a trial's records, one for each kind; attachments are below approvals.
func Prefixes(trialID string) []string {
	return []string{
		workflow.RecordFolder + "/" + trialID + "/", exclusion.Folder + trialID + "/", approval.RecordsPrefix(trialID), alert.Folder + trialID + "/",
		outcome.Prefix(trialID),
	}
}

// KindOf returns the kind of an object by its key and its bytes, "" if no record has such a key.
func KindOf(key string, body []byte) Kind {
	switch {
	case strings.HasPrefix(key, workflow.RecordFolder+"/"):
		return Decision
	case strings.HasPrefix(key, exclusion.Folder):
		return Exclusion
	case strings.HasPrefix(key, alert.Folder):
		return Transition
	case strings.HasPrefix(key, outcome.Folder):
		return Outcomes
	case !strings.HasPrefix(key, approval.ApprovalsPrefix):
		return ""
	}
	var record struct {
		Approval json.RawMessage `json:"approvalId"`
		Decision json.RawMessage `json:"decision"`
	}
	if err := strictjson.Unmarshal(body, &record); err == nil && (record.Approval == nil || record.Decision == nil) || err != nil && !namedApproval.Match(body) {
		return Attachment
	}
	return Approval
}

// namedApproval tells an approval record that is not valid from an attachment.
var namedApproval = regexp.MustCompile(`^\s*\{[^{}]*"approvalId"\s*:`)

// TrialOf returns the trial in a key, "" if it has none.
func TrialOf(key string) string {
	parts := strings.SplitN(key, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// DayOf returns the day of a record, YYYY-MM-DD: of a transition, its day in the trial's time zone; of outcomes, the day of their import, in
// UTC; of any other, the day on which its run started, in UTC, so that all records of a run have the same day. It returns "" for what says
// none.
func DayOf(kind Kind, body []byte) string {
	var said struct {
		Day       string `json:"day"`
		StartedAt string `json:"startedAt"`
		Imported  string `json:"importedAt"`
		Run       struct {
			StartedAt string `json:"startedAt"`
		} `json:"run"`
	}
	if kind == Transition {
		_ = strictjson.Unmarshal(body, &said) // what cannot be read says no day
		if _, err := time.Parse(time.DateOnly, said.Day); err != nil {
			return ""
		}
		return said.Day
	}
	_ = strictjson.Unmarshal(body, &said)
	if kind == Outcomes {
		said.Run.StartedAt = said.Imported
	}
	for _, started := range []string{said.Run.StartedAt, said.StartedAt} {
		if at, err := time.Parse(time.RFC3339, started); err == nil {
			return at.UTC().Format(time.DateOnly)
		}
	}
	return ""
}

// Stem returns what the keys of an approval and its attachments have in common: the trial's prefix, and the id of the request.
func Stem(key string) string {
	if !strings.HasPrefix(key, approval.ApprovalsPrefix) {
		return key
	}
	parts := strings.SplitN(key, "/", 4)
	if len(parts) < 3 {
		return key
	}
	name, _, _ := strings.Cut(parts[2], ".")
	return strings.Join(append(parts[:2:2], name), "/")
}

// File returns the file of an object below the folder of its part. It escapes every part of the key, so that no key leaves the folder.
func File(key string) string {
	parts := []string{RecordsFolder}
	for part := range strings.SplitSeq(key, "/") {
		if part = url.PathEscape(part); strings.Trim(part, ".") == "" {
			part = "%" + strings.ReplaceAll(part, ".", "%2E") // also an empty one, which no file can have as its name
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}
