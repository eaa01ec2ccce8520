package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Unknown is the id of a trial or a subject that the input does not name.
const Unknown = "unknown"

// RunHash is the length of the hash in [RecordsOf], in hexadecimal digits.
const RunHash = 32

// RecordsOf returns the folder of an execution's decision records: "decisions/TRIAL/HASH/". The hash is of the execution's ARN and of
// the time when it started, as the context object and the records have it ([Started]): Step Functions lets the name of an execution
// come back after 90 days.
func RecordsOf(trialID, execution, startedAt string) string {
	if trialID == "" {
		trialID = Unknown
	}
	sum := sha256.Sum256([]byte(execution + "/" + startedAt))
	return RecordFolder + "/" + trialID + "/" + hex.EncodeToString(sum[:])[:RunHash] + "/"
}

// Started writes the time when an execution started as the context object has it: with milliseconds, "2026-01-01T00:00:00.120Z", or at a
// full second without a fraction, "2026-01-01T00:00:00Z"
// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
func Started(at time.Time) string {
	if at = at.UTC().Truncate(time.Millisecond); at.Nanosecond() == 0 {
		return at.Format(time.RFC3339)
	}
	return at.Format("2006-01-02T15:04:05.000Z07:00")
}
