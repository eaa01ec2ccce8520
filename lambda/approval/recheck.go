package approval

import (
	_ "embed"
	"fmt"
	"strings"
)

// RecordSchema is the JSON schema of a [Record].
//
//go:embed approval-record.schema.json
var RecordSchema []byte

// RecordsPrefix returns the prefix of the keys of all approval records of a trial, or of all trials for "".
func RecordsPrefix(trialID string) string {
	if trialID == "" {
		return ApprovalsPrefix
	}
	return ApprovalsPrefix + trialID + "/"
}

// Key returns the key that the record must have in the record store.
func (r *Record) Key() string {
	a := Approval{Request: Request{TrialID: r.TrialID, RequestID: r.RequestID}}
	return a.recordKey()
}

// Check returns an error if the signer is not an IAM user or a role session, if its unique id belongs to another session, or if nobody
// can read its printed name.
func (s Signature) Check() error {
	p, ok := parsePrincipal(s.ARN)
	if !ok {
		return fmt.Errorf("%q is not the ARN of an IAM user or a role session", s.ARN)
	}
	if _, session, _ := strings.Cut(s.UserID, ":"); p.role != "" && session != p.name || p.role == "" && session != "" {
		return fmt.Errorf("the unique id %q is not of %s", s.UserID, s.ARN)
	}
	return CheckPrintedName(s.PrintedName)
}

// Admit returns an error if the signer could not decide today.
func (s Signers) Admit(signer Signature) error { return s.admit(signer.caller()) }

// Independent returns an error if the signer could not decide today on a run that these principals started: a [*Fault] with the code
// "StartedByYou" if one of them may be the signer, "StarterUnknown" if one of them may be anybody.
func (s Signers) Independent(signer Signature, starters []Starter) error {
	return s.independent(signer.caller(), starters)
}

func (s Signature) caller() Caller {
	return Caller{ARN: s.ARN, UserID: s.UserID, Invocation: s.Invocation}
}

// CheckPlace returns an error if no decision records can be at a place.
func (r Records) CheckPlace(uri string) error { return r.check(uri) }
