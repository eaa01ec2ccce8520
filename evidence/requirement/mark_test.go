package requirement

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes files into a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const source = `package audit

// Trail is a trail.
//
// Requirements: SRC-01, P11-10e
type Trail struct{}

// Requirements: SRC-02
func (t *Trail) Log() {}

// Requirements: SRC-03
const one = 1

const (
	// Requirements: SRC-04
	two = 2
	three = 3
)

// New is not about Requirements: SRC-05
func New() {}
`

func TestFindReturnsDeclarations(t *testing.T) {
	root := tree(t, map[string]string{
		"audit/trail.go":           source,
		"audit/trail_test.go":      "package audit\n\n// Requirements: SRC-01\nfunc TestTrail(t *T) {}\n",
		"node_modules/x/x.go":      "package x\n\n// Requirements: SRC-99\nfunc X() {}\n",
		"audit/testdata/broken.go": "// Requirements: SRC-99\n",
		".hidden/hidden.go":        "package x\n\n// Requirements: SRC-99\nfunc X() {}\n",
		"audit/README.md":          "// Requirements: SRC-99\n",
	})
	marks, faults, err := Find(root)
	if err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	var got []string
	for _, m := range marks {
		kind := map[bool]string{true: " test", false: ""}[m.Test]
		got = append(got, m.ID+" "+m.String()+kind)
	}
	want := []string{
		"SRC-01 audit/trail.go:6: Trail", "P11-10e audit/trail.go:6: Trail", "SRC-02 audit/trail.go:9: Trail.Log",
		"SRC-03 audit/trail.go:12: one", "SRC-04 audit/trail.go:16: two", "SRC-01 audit/trail_test.go:4: TestTrail test",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFindReportsFaultyMarks(t *testing.T) {
	root := tree(t, map[string]string{
		"a.go":      "package a\n\n// Requirements: SRC-01\n\nfunc A() {\n\t// Requirements: SRC-02\n}\n\n// Requirements:\nfunc B() {}\n",
		"a_test.go": "package a\n\n// Requirements: SRC-01\nfunc helper() {}\n",
	})
	_, faults, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`a.go:10: B names no requirement after "Requirements:"`,
		`a.go:3: "Requirements:" belongs to no declaration`, `a.go:6: "Requirements:" belongs to no declaration`,
		"a_test.go:4: helper is a test helper: only tests and production code may name requirements",
	}
	if !slices.Equal(faults, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(faults, "\n"), strings.Join(want, "\n"))
	}
}

func TestFindReportsSyntaxErrors(t *testing.T) {
	if _, _, err := Find(tree(t, map[string]string{"a.go": "// Requirements: SRC-01\nfunc {"})); err == nil || !strings.Contains(err.Error(), "a.go") {
		t.Errorf("the error is %v", err)
	}
}
