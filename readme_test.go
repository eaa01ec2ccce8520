package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README quotes each of the example applications, which compile, word for word.
func TestTheReadmeQuotesTheExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Glob("examples/*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	quoted := map[string]bool{}
	for _, quote := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		found := false
		for _, example := range examples {
			text, err := os.ReadFile(example)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(strings.ReplaceAll(string(text), "\n\t", "\n"), quote[1]) {
				quoted[example], found = true, true
			}
		}
		if !found {
			t.Errorf("no example has what the README says:\n%s", quote[1])
		}
	}
	for _, name := range []string{"minimal", "cohort", "existing"} {
		if example := filepath.Join("examples", name, "main.go"); !quoted[example] {
			t.Errorf("the README does not quote %s", example)
		}
	}
}
