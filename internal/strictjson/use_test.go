package strictjson_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// lenient are the files and folders that read JSON with encoding/json, each with the reason.
var lenient = map[string]string{
	"asl/": "the engine reads definitions and data as Step Functions does",

	"cmd/asl/replay.go":                 "a recorded execution is replayed as it was recorded",
	"cmd/rehearse/check.go":             "it reads a definition that the emulator returns",
	"evidence/gotest/":                  "it reads events of the go command",
	"evidence/scenario/":                "it reads files of this package",
	"cmd/cfnlint/deployment.go":         "it reads a template of the CDK and what its own script prints",
	"evidence/stamp.go":                 "it reads what the go command writes",
	"lambda/approval/cloud/":            "it reads answers of AWS; no text of others decides whether an event of the trail counts",
	"lambda/approval/internal/awstest/": "the tests of package cloud use it",
	"local/approver/approver.go":        "it reads what this program wrote",
	"local/intake/format.go":            "it tells what kind of file it is; the lines are read strictly afterwards",
	"local/intake/parquet.go":           "it reads a text that this program quoted",
	"local/model/shape.go":              "it reads a request that this program wrote",
	"local/assembly/":                   "package assembly checked the definition when it read it; cdk.json only decides about a warning",
	"local/outcome/redact.go":           "it looks for JSON in a text",
	"local/sns.go":                      "it reads a message of the engine as SNS does",
}

var reads = regexp.MustCompile(`[^t]json\.(Unmarshal|NewDecoder)\(`)

// Every other file reads JSON with this package.
func TestEveryReaderIsStrict(t *testing.T) {
	root := filepath.Join("..", "..")
	used := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "test" || name == "internal/strictjson" || len(name) > 1 && strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil && reads.Match(text) && !allowed(name, used) {
			t.Errorf("%s reads JSON with encoding/json, which takes the last of two equal names: use package strictjson, or give the reason here", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range lenient {
		if !used[name] {
			t.Errorf("%s does not read JSON with encoding/json any more: remove it from this test", name)
		}
	}
}

func allowed(name string, used map[string]bool) bool {
	for entry := range lenient {
		if name == entry || strings.HasSuffix(entry, "/") && strings.HasPrefix(name, entry) {
			used[entry] = true
			return true
		}
	}
	return false
}
