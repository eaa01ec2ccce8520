package records

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// Sum computes the SHA-256 of what is written to it, and counts the bytes.
type Sum struct {
	Bytes int64
	hash  hash.Hash
}

// NewSum returns the sum of nothing.
func NewSum() *Sum { return &Sum{hash: sha256.New()} }

// Write implements io.Writer. It never fails.
func (s *Sum) Write(part []byte) (int, error) {
	s.Bytes += int64(len(part))
	return s.hash.Write(part)
}

// Hex returns the digest in hexadecimal digits.
func (s *Sum) Hex() string { return hex.EncodeToString(s.hash.Sum(nil)) }
