package intrinsic

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"unicode/utf8"
)

// maxCharacters is the maximum length of a text to encode, decode or hash.
const maxCharacters = 10_000

func bounded(arguments []any, i int) (string, error) {
	s, err := text(arguments, i)
	if err == nil && utf8.RuneCountInString(s) > maxCharacters {
		err = fmt.Errorf("the %s argument has more than %d characters", ordinals[i], maxCharacters)
	}
	return s, err
}

func base64Encode(arguments []any) (any, error) {
	s, err := bounded(arguments, 0)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func base64Decode(arguments []any) (any, error) {
	s, err := bounded(arguments, 0)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("the argument is not base64")
	}
	return string(data), nil
}

func hash(arguments []any) (any, error) {
	s, err1 := bounded(arguments, 0)
	algorithm, err2 := text(arguments, 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	digest, ok := Digest(s, algorithm)
	if !ok {
		return nil, errors.New("the second argument must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	return digest, nil
}

// Digest returns the hash of the text's UTF-8 bytes in hexadecimal digits. The algorithm is MD5, SHA-1, SHA-256, SHA-384 or
// SHA-512. ok is false for any other name.
func Digest(text, algorithm string) (digest string, ok bool) {
	data := []byte(text)
	switch algorithm {
	case "MD5":
		sum := md5.Sum(data)
		return hex.EncodeToString(sum[:]), true
	case "SHA-1":
		sum := sha1.Sum(data)
		return hex.EncodeToString(sum[:]), true
	case "SHA-256":
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:]), true
	case "SHA-384":
		sum := sha512.Sum384(data)
		return hex.EncodeToString(sum[:]), true
	case "SHA-512":
		sum := sha512.Sum512(data)
		return hex.EncodeToString(sum[:]), true
	}
	return "", false
}

// jsonMerge merges two objects. If both have a member, the member of the second object wins. Like AWS, it does not merge deeper.
func jsonMerge(arguments []any) (any, error) {
	first, err1 := object(arguments, 0)
	second, err2 := object(arguments, 1)
	deep, err3 := boolean(arguments, 2)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if deep {
		return nil, errors.New("the third argument must be false: deep merging is not supported")
	}
	merged := first.Clone()
	for _, m := range second.Members() {
		merged.Set(m.Key, m.Value)
	}
	return merged.Share(), nil
}

// UUID returns a random UUID of version 4 (RFC 9562).
func UUID(random *rand.Rand) string {
	var b [16]byte
	for i := 0; i < len(b); i += 8 {
		bits := random.Uint64()
		for j := range 8 {
			b[i+j] = byte(bits >> (8 * j))
		}
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
