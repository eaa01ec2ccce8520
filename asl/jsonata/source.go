package jsonata

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/dop251/goja"
)

// Version is the version of the npm package that this package runs: the one that AWS Step Functions implements
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
const Version = "2.0.6"

// checksum is the SHA-256 of jsonata.js of that version. The source is rewritten before it runs, so no other will do.
const checksum = "8327cafae2779d31512939cc45eba2f1b3fff3c09cdf7906ed457c31f198302b"

//go:embed frame.js
var frameSource string

//go:embed bridge.js
var bridgeSource string

// readSource reads jsonata.js from the package's folder and makes sure that it is the file that the rewriting is made for.
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
		return "", fmt.Errorf("jsonata: %s holds version %q, want %s, which AWS Step Functions runs", dir, parsed.Version, Version)
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

var (
	asyncFunction = regexp.MustCompile(`\basync (function\b|\()`)
	await         = regexp.MustCompile(`\bawait `)
)

// compile rewrites the library and compiles it. Nothing in an expression of a state machine is asynchronous, so every
// async function becomes a plain one: no promise, no job queue. Frames of variables become objects of one class, the
// evaluator's callbacks for debuggers give way to a count of steps, and the bridge joins the library's own scope.
func compile(source string) (*goja.Program, error) {
	source = asyncFunction.ReplaceAllString(source, "$1")
	source = await.ReplaceAllString(source, "")
	source = strings.ReplaceAll(source, "Promise.all(", "(")
	for _, cut := range []struct{ from, to, put string }{
		{"    var staticFrame = createFrame(null);\n", "", frameSource + "    var staticFrame = createFrame(null);\n"},
		{"        var entryCallback = ", "        switch (expr.type) {\n", "        if (--steps < 0) tooLong();\n        switch (expr.type) {\n"},
		{"        var exitCallback = ", "        if(result && isSequence", "        if(result && isSequence"},
		{"    function createFrame(enclosingEnvironment) {", "    // Function registration\n", "    // Function registration\n"},
		{"    jsonata.parser = parser;", "\n", bridgeSource},
	} {
		var err error
		if source, err = splice(source, cut.from, cut.to, cut.put); err != nil {
			return nil, err
		}
	}
	return goja.Compile("jsonata.js", "(function(){var module={exports:{}},exports=module.exports;"+source+"\nreturn module.exports})()", false)
}

// splice replaces what stands from the only occurrence of from to the end of the first to behind it.
func splice(source, from, to, put string) (string, error) {
	if strings.Count(source, from) != 1 {
		return "", fmt.Errorf("jsonata: jsonata.js holds %q %d times, want 1", from, strings.Count(source, from))
	}
	start := strings.Index(source, from)
	tail := source[start+len(from):]
	end := strings.Index(tail, to)
	if end < 0 {
		return "", fmt.Errorf("jsonata: jsonata.js holds no %q behind %q", to, from)
	}
	return source[:start] + put + tail[end+len(to):], nil
}
