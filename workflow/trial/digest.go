package trial

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"clinical-risk-pipeline/internal/strictjson"
)

// Canonical returns what the file says, without its layout and comments and with the defaults written out: JSON in UTF-8 with sorted
// names and no space between tokens. [Parse] reads it. Files that say the same have the same canonical bytes.
func (t *Trial) Canonical() []byte {
	var sorted any
	if err := strictjson.Unmarshal(encode(t), &sorted); err != nil {
		panic(err) // what encode wrote is JSON
	}
	return encode(sorted)
}

// Digest returns the SHA-256 of [Trial.Canonical] in 64 hexadecimal digits. Records name the rules that were in force by it.
func (t *Trial) Digest() string {
	sum := sha256.Sum256(t.Canonical())
	return hex.EncodeToString(sum[:])
}

func encode(v any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // a trial and what json.Unmarshal returns can be written as JSON
	}
	return bytes.TrimSpace(text.Bytes())
}
