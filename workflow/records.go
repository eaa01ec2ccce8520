package workflow

import (
	"crypto/sha256"
	"encoding/hex"
)

// Unknown is the id of a trial or a subject that the input does not name.
const Unknown = "unknown"

// RunHash is the length of the hash in [RecordsOf], in hexadecimal digits.
const RunHash = 32

// RecordsOf returns the folder of an execution's decision records: "decisions/TRIAL/HASH/". The hash is of the execution's ARN and of
// the time when it started, as the context object and the records have it, "2026-01-01T00:00:00.000Z": Step Functions lets the name of
// an execution come back after 90 days.
func RecordsOf(trialID, execution, startedAt string) string {
	if trialID == "" {
		trialID = Unknown
	}
	sum := sha256.Sum256([]byte(execution + "/" + startedAt))
	return RecordFolder + "/" + trialID + "/" + hex.EncodeToString(sum[:])[:RunHash] + "/"
}
