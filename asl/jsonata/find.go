package jsonata

import (
	"fmt"
	"os"
	"path/filepath"
)

// Find returns the folder of the npm package jsonata that Node would load from dir: node_modules/jsonata in dir or the nearest
// parent.
func Find(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("jsonata: %w", err)
	}
	for at := start; ; at = filepath.Dir(at) {
		candidate := filepath.Join(at, "node_modules", "jsonata")
		if _, err := os.Stat(filepath.Join(candidate, "package.json")); err == nil {
			return candidate, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("jsonata: no node_modules/jsonata in %s or its parents: install the npm package jsonata %s (npm ci)", start, Version)
		}
	}
}
