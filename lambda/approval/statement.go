package approval

import (
	"bytes"
	"encoding/json"
)

// Operation is what a caller asks of the deciding function.
type Operation string

// The operations.
const (
	List    Operation = "list"     // the open requests
	ListAll Operation = "list-all" // all requests
	Show    Operation = "show"     // one request, with what there is to decide about or with the decision
	Decide  Operation = "decide"   // a decision on a request
)

func (o Operation) valid() bool { return o == List || o == ListAll || o == Show || o == Decide }

// Statement is all that a caller asks for and says. The caller signs its digest, so that nobody can use the signature for anything
// else. Fields that an operation does not need are empty.
//
// Requirements: P11-70
type Statement struct {
	// The fields are in the order of their names: JSON then has them in the order of RFC 8785.

	Code      Code        `json:"code"`      // why the signer decides so, in a word
	Digest    string      `json:"digest"`    // the SHA-256 of the rendering that the signer was shown
	Except    []Exception `json:"except"`    // the subjects to whom the opposite applies
	Function  string      `json:"function"`  // the ARN of the deciding function, without a version or alias
	Meaning   string      `json:"meaning"`   // the meaning of the signature (21 CFR 11.50)
	Nonce     string      `json:"nonce"`     // makes the statement unique
	Operation Operation   `json:"operation"` // what the caller asks for
	Reason    string      `json:"reason"`    // why the signer decides so
	Request   string      `json:"request"`   // the request's id
	Round     int         `json:"round"`     // the round of the request that the signer was shown
	Verdict   string      `json:"verdict"`   // "approve" or "reject"
}

// SHA256 returns the digest that the caller signs, in hexadecimal digits: of the statement as canonical JSON, with all fields, in
// the order of their names, and without white space (RFC 8785).
func (s Statement) SHA256() (string, error) {
	if s.Except == nil {
		s.Except = []Exception{}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return "", err
	}
	return Digest(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}
