package scenario

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Encode returns the compressed line of a scenario. Concatenated lines are a valid compressed file.
func Encode(s *Scenario) ([]byte, error) {
	var line bytes.Buffer
	compressed := gzip.NewWriter(&line)
	encoder := json.NewEncoder(compressed)
	encoder.SetEscapeHTML(false)
	if err := errors.Join(encoder.Encode(s), compressed.Close()); err != nil {
		return nil, err
	}
	return line.Bytes(), nil
}

// Append adds compressed lines to the file of a test, and creates the folder if needed. Subtests share the file of their test.
func Append(dir, test string, lines ...[]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, testOf(test)+suffix), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(bytes.Join(lines, nil))
	return errors.Join(err, file.Close())
}

// testOf returns the name of a subtest's top-level test.
func testOf(name string) string {
	test, _, _ := strings.Cut(name, "/")
	return test
}
