package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write creates a file with the text and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// validInput is a valid input of the subject.
func validInput(subject string) string {
	return `{"subject": "` + subject + `", "trialId": "T", "transformed_features": {"x": 1}}`
}

// subjects are those of a valid file, each with its line.
func subjects(t *testing.T, path string) (ids []string) {
	t.Helper()
	f, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 2 { // A file can be read more than once.
		ids = nil
		for input, err := range f.Inputs() {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, fmt.Sprintf("%d:%s", input.Line, input.Subject))
		}
	}
	if f.Count != len(ids) {
		t.Errorf("Count = %d, and there are %d", f.Count, len(ids))
	}
	return ids
}

var longestID = "S.1_b-" + strings.Repeat("x", 58)

func TestValidFiles(t *testing.T) {
	for _, c := range []struct {
		reason, name, text string
		want               []string
	}{
		{"lines", "a.jsonl", validInput("A") + "\n" + validInput("B") + "\n", []string{"1:A", "2:B"}},
		{"no line feed at the end", "a.jsonl", validInput("A") + "\n" + validInput("B"), []string{"1:A", "2:B"}},
		{"Windows line ends", "a.jsonl", validInput("A") + "\r\n" + validInput("B") + "\r\n", []string{"1:A", "2:B"}},
		{"empty lines, which count", "a.jsonl", "\n" + validInput("A") + "\n  \n" + validInput("B") + "\n\n", []string{"2:A", "4:B"}},
		{"a byte order mark", "a.jsonl", "\ufeff" + validInput("A"), []string{"1:A"}},
		{"another extension", "a.ndjson", validInput("A") + "\n" + validInput("B"), []string{"1:A", "2:B"}},
		{"one document on several lines", "a.json", "\ufeff" + strings.ReplaceAll(validInput("A"), ",", ",\n\n"), []string{"1:A"}},
		{"an extension in capitals", "a.JSON", validInput("A") + "\n", []string{"1:A"}},
		{"the longest id, of all kinds of characters", "a.jsonl", validInput(longestID), []string{"1:" + longestID}},
	} {
		if got := subjects(t, write(t, c.name, c.text)); !cmp.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestFaults(t *testing.T) {
	long := strings.Repeat("x", MaxInput)
	for _, c := range []struct{ reason, name, text, want string }{
		{"empty", "a.jsonl", "", "the file is empty: write one object on each line"},
		{"nothing but white space", "a.jsonl", "\n \r\n", "the file is empty"},
		{"an empty document", "a.json", " \n", "the file is empty"},
		{"an incomplete line", "a.jsonl", validInput("A") + "\n{\"subject\": \"B\"", ":2: not valid JSON (it ends too early)"},
		{"a syntax error", "a.jsonl", `{"subject": NaN}`, ":1: not valid JSON (column 13: "},
		{"two values on a line", "a.jsonl", validInput("A") + validInput("B"), ":1: not valid JSON (column 67: text after the JSON value)"},
		{"a list", "a.jsonl", "[" + validInput("A") + "]", "the file is a JSON array: write one object on each line"},
		{"a list of inputs in a .json file", "a.json", "[" + validInput("A") + "]", "put several inputs into a .jsonl file, one on each line"},
		{"lines in a .json file", "a.json", validInput("A") + "\n" + validInput("B"), "not valid JSON (line 2, column 1: text after the JSON value)"},
		{"a syntax error in a document", "a.json", "{\n\n  x}", ":1: not valid JSON (line 3, column 3: "},
		{"no subject", "a.jsonl", `{"trialId": "T", "transformed_features": {}}`, ":1: subject is missing: give the subject's pseudonymous id"},
		{"a number for a subject", "a.jsonl", `{"subject": 1, "trialId": "T", "transformed_features": {}}`, ":1: subject must be a string"},
		{"a blank subject", "a.jsonl", `{"subject": " ", "trialId": "T", "transformed_features": {}}`, ":1: subject must have 1 to 64 letters, digits, "},
		{"an escape sequence for terminals", "a.jsonl", `{"subject": "\u001b[2J", "trialId": "T", "transformed_features": {}}`, ":1: subject must have 1 to 64 letters, digits, "},
		{"an escape sequence in the trial", "a.jsonl", `{"subject": "A", "trialId": "T\u001b[1A\u001b[2K", "transformed_features": {}}`, ":1: trialId must have 1 to 64 letters, digits, "},
		{"a letter that looks like another", "a.jsonl", validInput("\u0410"), ":1: subject must have 1 to 64 letters, digits, "},
		{"an id that is too long", "a.jsonl", validInput(longestID + "x"), ":1: subject must have 1 to 64 letters, digits, "},
		{"two subjects in one input", "a.jsonl", `{"subject": "A", "trialId": "T", "subject": "B", "transformed_features": {"x": 1}}`, `:1: not valid JSON (column 34: the name "subject" appears twice in the object: keep one)`},
		{"two subjects, one in disguise", "a.jsonl", `{"subject": "A", "trialId": "T", "subjec\u0074": "B", "transformed_features": {"x": 1}}`, `the name "subject" appears twice`},
		{"a feature twice", "a.json", `{"subject": "A", "trialId": "T", "transformed_features": {"x": 1, "y": 2, "x": 3}}`, `the name "x" appears twice in the object "transformed_features"`},
		{"half a character, which becomes another", "a.jsonl", `{"subject": "A", "trialId": "T", "transformed_features": {"x": "\ud800"}}`, ":1: not valid JSON (column 65: half of a surrogate pair)"},
		{"an id that is an option", "a.jsonl", validInput("--output"), ":1: subject must have 1 to 64 letters, digits, "},
		{"a trial that is a path", "a.jsonl", `{"subject": "A", "trialId": "../T", "transformed_features": {}}`, ":1: trialId must have 1 to 64 letters, digits, "},
		{"no trial", "a.jsonl", `{"subject": "A", "transformed_features": {}}`, ":1: trialId is missing"},
		{"no features", "a.jsonl", `{"subject": "A", "trialId": "T"}`, ":1: transformed_features is missing"},
		{"features that are null", "a.jsonl", `{"subject": "A", "trialId": "T", "transformed_features": null}`, ":1: transformed_features must be an object"},
		{"a subject twice", "a.jsonl", validInput("A") + "\n" + validInput("B") + "\n" + validInput("A"), `:3: subject "A" is already on line 1: keep one of the two`},
		{"more than Step Functions accepts", "a.jsonl", `{"subject": "A", "x": "` + long + `"}`, fmt.Sprintf(":1: the input has %d bytes, Step Functions accepts at most 262144", MaxInput+25)},
		{"a large document", "a.json", `{"subject": "A", "x": "` + strings.Repeat(long, 4) + `"}`, "Step Functions accepts at most 262144"},
		{"UTF-16", "a.jsonl", "\xff\xfe{\x00}\x00", "the file is UTF-16: save it as UTF-8"},
		{"Latin-1", "a.jsonl", "{\"subject\": \"M\xfcller\"}", ":1: not UTF-8 text"},
	} {
		_, err := Open(t.Context(), write(t, c.name, c.text), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to contain %q", c.reason, err, c.want)
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, err := Open(t.Context(), write(t, "a.jsonl", "{\n"+validInput("A")+"\n[]\n{}\n"+validInput("A")), nil)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"a.jsonl:1: ", "a.jsonl:3: ", "a.jsonl:4: subject is missing", "; trialId is missing", "a.jsonl:5: subject \"A\""} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not contain %q:\n%v", want, err)
		}
	}
}

func TestManyFaultsAreCounted(t *testing.T) {
	var text strings.Builder
	for i := range maxFaults + 5 {
		fmt.Fprintf(&text, "{\"a%d\": 1, \"a%d\": 2}\n", i, i)
	}
	_, err := Open(t.Context(), write(t, "a.jsonl", text.String()), nil)
	if err == nil || !strings.HasSuffix(err.Error(), "and 5 more faults") || strings.Count(err.Error(), "\n") != maxFaults {
		t.Errorf("error:\n%v\nwant %d faults and the number of the others", err, maxFaults)
	}
}

// A fault of every line is one answer.
func TestEqualFaultsAreOneAnswer(t *testing.T) {
	_, err := Open(t.Context(), write(t, "a.jsonl", strings.Repeat("{}\n", 25)), nil)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.HasSuffix(err.Error(), "(also lines 2, 3, 4, 5 and 20 more)") {
		t.Errorf("error:\n%v", err)
	}
}

func TestMessagesHoldNoFeatures(t *testing.T) {
	_, err := Open(t.Context(), write(t, "a.jsonl", `{"subject": "A", "transformed_features": "secret"}`+"\n"+`{"transformed_features": {"x": "secret"`+"\n"), nil)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v, want one without values", err)
	}
}

func TestPathsWithoutAFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "this is a folder", filepath.Join(dir, "none.jsonl"): "no such file"} {
		if _, err := Open(t.Context(), path, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s): error %v, want %q", path, err, want)
		}
	}
}

func TestStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f, err := Open(t.Context(), Stdin, strings.NewReader(validInput("A")+"\n"+validInput("B")+"\n"))
	if err != nil || f.Count != 2 || f.Name != "standard input" {
		t.Fatalf("Open = %+v, %v", f, err)
	}
	if info, err := f.file.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the temporary file: %v, %v; want a file that only its owner can read", info, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFaultyStandardInputIsNotKept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := Open(t.Context(), Stdin, strings.NewReader("{}\n")); err == nil {
		t.Error("no error")
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// An interruption at the terminal needs no end of file.
func TestInterruptedStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	t.Cleanup(func() { writer.Close() }) //nolint:errcheck // It never fails.
	cancel()
	if _, err := Open(ctx, Stdin, reader); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestInterruptedCheck(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, write(t, "a.jsonl", validInput("A")), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestBrokenStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := Open(t.Context(), Stdin, brokenPipe{}); err == nil || !strings.Contains(err.Error(), "standard input: broken pipe") {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
