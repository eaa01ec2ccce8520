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

// pages are the Markdown pages for people.
func pages(t *testing.T) []string {
	t.Helper()
	return append([]string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md", "asl/README.md"}, glob(t, "docs/*.md")...)
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

// Callers of Step Functions need the key to read executions, and only to decrypt:
// https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
func TestTheGuideLetsPeopleDecryptExecutionsOnly(t *testing.T) {
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(read(t, "docs/deploy.md"), -1) {
		if !strings.Contains(block[1], "states:StartExecution") {
			continue
		}
		if got := regexp.MustCompile(`"kms:\w+"`).FindAllString(block[1], -1); !slices.Equal(got, []string{`"kms:Decrypt"`}) {
			t.Errorf("people who run the pipeline get %v, want kms:Decrypt", got)
		}
		return
	}
	t.Error("docs/deploy.md has no policy for people who run the pipeline")
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
)

func TestRelativeLinks(t *testing.T) {
	for _, page := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, page), ""), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, ":") {
				continue // another site
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, match[1])
			} else if anchor != "" && !slices.Contains(anchors(t, file), anchor) {
				t.Errorf("%s links to %s, but %s has no such heading", page, match[1], file)
			}
		}
	}
}

// anchors are the names that GitHub gives the headings of a page.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	var names []string
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(read(t, page), ""), -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

var (
	span     = regexp.MustCompile("`([^`\n]+)`")
	path     = regexp.MustCompile(`^[\w.-]+(/[\w.*-]+)+$|^[\w-]+\.(go|json)$`)
	testName = regexp.MustCompile(`^Test[A-Z]\w+$`)
)

// The recipes of CONTRIBUTING send people to files and tests, which must exist. NAME in a path marks a new file.
func TestContributingNamesFilesAndTestsThatExist(t *testing.T) {
	tests := testNames(t)
	named := 0
	for _, match := range span.FindAllStringSubmatch(read(t, "CONTRIBUTING.md"), -1) {
		name := match[1]
		switch {
		case strings.Contains(name, "NAME"):
		case testName.MatchString(name) && !tests[name]:
			t.Errorf("CONTRIBUTING.md names %s, which is not a test", name)
		case path.MatchString(name) && !strings.HasPrefix(name, "bin/") && len(glob(t, name)) == 0:
			t.Errorf("CONTRIBUTING.md names %s, which does not exist", name)
		case path.MatchString(name):
			named++
		}
	}
	if named < 50 {
		t.Errorf("only %d paths were found in CONTRIBUTING.md: this test does not read it any more", named)
	}
}

// testNames are the tests of every package.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "*/*/*_test.go", "*/*/*/*_test.go"} {
		for _, file := range glob(t, pattern) {
			for _, match := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(read(t, file), -1) {
				names[match[1]] = true
			}
		}
	}
	return names
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
