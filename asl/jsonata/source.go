package jsonata

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Version is the version of the npm package that this package runs. AWS Step Functions implements it
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
const Version = "2.0.6"

// checksum is the SHA-256 of jsonata.js of that version. The source is rewritten before it runs, so it must not differ.
const checksum = "8327cafae2779d31512939cc45eba2f1b3fff3c09cdf7906ed457c31f198302b"

// readSource reads jsonata.js from the package's folder and verifies its version and checksum.
func readSource(dir string) (string, error) {
	manifest, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", fmt.Errorf("jsonata: %w: install the npm package jsonata %s (npm ci)", err, Version)
	}
	var parsed struct{ Version string }
	if err := json.Unmarshal(manifest, &parsed); err != nil {
		return "", fmt.Errorf("jsonata: %s: %w", filepath.Join(dir, "package.json"), err)
	}
	if parsed.Version != Version {
		return "", fmt.Errorf("jsonata: %s has version %q, want %s, which AWS Step Functions runs", dir, parsed.Version, Version)
	}
	file := filepath.Join(dir, "jsonata.js")
	source, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("jsonata: %w", err)
	}
	if sum := sha256.Sum256(source); hex.EncodeToString(sum[:]) != checksum {
		return "", fmt.Errorf("jsonata: %s is not the file published as jsonata %s (its SHA-256 is %x): reinstall it (npm ci)", file, Version, sum)
	}
	return string(source), nil
}
