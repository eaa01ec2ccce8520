package approval

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// Another module's go.sum has what tidy.go imports. Its tag is one that `go mod tidy` reads and no build sets.
func TestTidyKeepsWhatTheFunctionsNeed(t *testing.T) {
	text, err := os.ReadFile("tidy.go")
	if err != nil || !bytes.HasPrefix(text, []byte("//go:build never\n")) {
		t.Errorf("no build tag \"never\": %v\n%s", err, text)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "tidy.go", text, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var imported []string
	for _, spec := range file.Imports {
		imported = append(imported, strings.Trim(spec.Path.Value, `"`))
	}
	if want := []string{decidePackage, requestPackage}; !slices.Equal(imported, want) {
		t.Errorf("imports %q, want %q", imported, want)
	}
}
