package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// DigestTag is the tag of a state machine that has the digest of its definition, see [DefinitionDigest].
const DigestTag = "definition-digest"

// DefinitionDigest returns the digest of a state machine's definition, which is the same wherever a run shows it: the tag of the
// state machine, the decision records, the page of a local run and the evidence. It is the SHA-256 of the property DefinitionString
// as the template has it, before any reference is resolved, written as JSON in UTF-8, with sorted keys and no space between tokens:
// 64 hexadecimal digits.
func DefinitionDigest(definitionString any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(definitionString); err != nil {
		panic(err) // a value from a template or from the CDK is JSON
	}
	digest := sha256.Sum256(bytes.TrimSpace(text.Bytes()))
	return hex.EncodeToString(digest[:])
}
