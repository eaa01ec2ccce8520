package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxWords is the longest that the README may be, code included: `wc -w README.md`.
const maxWords = 1300

func TestREADMEIsShort(t *testing.T) {
	if words := len(strings.Fields(read(t, "README.md"))); words > maxWords {
		t.Errorf("README.md has %d words, at most %d are allowed: move details to docs/", words, maxWords)
	}
}

// The README and the guide to the construct quote the example applications, which compile, word for word.
func TestQuotesOfTheExamples(t *testing.T) {
	examples := glob(t, "examples/*/main.go")
	quoted := map[string]bool{}
	for _, page := range []string{"README.md", "docs/construct.md"} {
		for _, quote := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, page), -1) {
			i := slices.IndexFunc(examples, func(example string) bool {
				return strings.Contains(strings.ReplaceAll(read(t, example), "\n\t", "\n"), quote[1])
			})
			if i < 0 {
				t.Errorf("%s quotes what no example has:\n%s", page, quote[1])
				continue
			}
			quoted[examples[i]] = true
		}
	}
	for _, name := range []string{"minimal", "cohort", "existing"} {
		if example := filepath.Join("examples", name, "main.go"); !quoted[example] {
			t.Errorf("neither README.md nor docs/construct.md quotes %s", example)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
