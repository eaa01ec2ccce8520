package scenario

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Files returns the scenario files in a folder, sorted.
func Files(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	slices.Sort(files)
	return files, err
}

// Read reads a scenario file and calls each for every scenario.
func Read(file string, each func(*Scenario)) (err error) {
	compressed, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, compressed.Close()) }()
	lines, err := gzip.NewReader(compressed)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	decoder := json.NewDecoder(lines)
	for {
		var s Scenario
		if err := decoder.Decode(&s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		each(&s)
	}
}

// Event is the part of a history event that the evidence shows.
type Event struct {
	ID        int64  `json:"id"`
	Timestamp string `json:"timestamp"`
	Type      string `json:"type"`
	Entered   struct {
		Name string `json:"name"`
	} `json:"stateEnteredEventDetails"`
	Exited struct {
		Name string `json:"name"`
	} `json:"stateExitedEventDetails"`
}

// State returns the name of the state that the event enters or exits, or "".
func (e *Event) State() string { return e.Entered.Name + e.Exited.Name }
