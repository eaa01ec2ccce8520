package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/program"
)

const example = "../../examples/asl/order.test.yaml"

// table writes a table for the test's definition, and returns its name.
func table(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"m.asl.json": machine, "m.test.yaml": "definition: m.asl.json\nstubs: {A: {return: {n: 1}}}\ncases:\n" + source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "m.test.yaml")
}

const (
	passing = "  - {name: passes, expect: {output: {n: 1}}}\n"
	failing = "  - {name: \"fails <&>\", expect: {output: {n: 2}}}\n"
)

func TestTest(t *testing.T) {
	status, out, errs := run(t, "", "test", example)
	if status != program.ExitOK || errs != "" || !strings.HasSuffix(out, "ok    a declined payment rejects the order\n"+example+": 5 passed, 0 failed\n") {
		t.Errorf("exit %d, %q %q", status, out, errs)
	}
	file := table(t, passing+failing)
	status, out, errs = run(t, "", "test", file)
	if want := "ok    passes\nFAIL  fails <&> (" + file + ":5)\n      output.n\n        want  2\n        got   1\n" + file + ": 1 passed, 1 failed\n"; status != program.ExitFailed || errs != "" || out != want {
		t.Errorf("exit %d, %q\n%q\nwant %q", status, errs, out, want)
	}
	status, out, errs = run(t, "", "test", file, "--run", "^pass")
	if status != program.ExitOK || errs != "" || strings.Contains(out, "FAIL") {
		t.Errorf("exit %d, %q %q", status, out, errs)
	}
}

func TestTestFaults(t *testing.T) {
	file, wrong := table(t, passing), table(t, "  - {nam: x, expect: {}}\n")
	for _, row := range []struct {
		why  string
		args []string
		want string
	}{
		{"no case of the name", []string{file, "--run", "none"}, `asl: no case has a name that matches "none": change --run`},
		{"not a pattern", []string{file, "--run", "("}, "missing closing )"},
		{"no file", []string{}, "file"},
		{"a file that is missing", []string{file + "x"}, "no such file"},
		{"every fault of every file", []string{wrong, file}, "asl: " + wrong + ":4: cases[0].name is missing: say in a few words what the case shows\nasl: " + wrong + ":4: cases[0].expect is empty: without it, the case tests nothing: write what the execution must do, such as status: SUCCEEDED\nasl: " + wrong + `:4: cases[0].nam is not a field: write "name"`},
		{"JSON and a watch", []string{file, "--json", "--watch"}, "--json"},
		{"a report that cannot be written", []string{file, "--junit", filepath.Join(file, "x")}, "not a directory"},
	} {
		status, _, errs := run(t, "", append([]string{"test"}, row.args...)...)
		if status != program.ExitUsage || !strings.Contains(errs, row.want) {
			t.Errorf("%s: exit %d, %q; want exit 2 and %q", row.why, status, errs, row.want)
		}
	}
	if _, out, _ := run(t, "", "test", wrong, file); !strings.Contains(out, "1 passed, 0 failed") {
		t.Errorf("a wrong file hides the others: %q", out)
	}
}

func TestTestJSON(t *testing.T) {
	file := table(t, passing+failing)
	status, out, errs := run(t, "", "test", file, "--json")
	var got struct {
		Passed, Failed int
		Files          []struct {
			File, Definition string
			Cases            []struct {
				Name        string
				Line        int
				Passed      bool
				Differences []struct{ Path, Want, Got string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || status != program.ExitFailed || errs != "" {
		t.Fatalf("exit %d, %v: %s %s", status, err, out, errs)
	}
	if got.Passed != 1 || got.Failed != 1 || len(got.Files) != 1 || filepath.Base(got.Files[0].Definition) != "m.asl.json" || !got.Files[0].Cases[0].Passed || got.Files[0].Cases[1].Line != 5 || got.Files[0].Cases[1].Differences[0].Path != "output.n" {
		t.Errorf("%+v", got)
	}
}

// The report is XML with a suite for each table. One that is wrong has an error, so that no reader takes the report for a success.
func TestJUnit(t *testing.T) {
	report := filepath.Join(t.TempDir(), "junit.xml")
	file := table(t, passing+"  - {name: \"fails \\u0001 ]]>\", expect: {output: {n: \"]]>\"}}}\n")
	if status, _, errs := run(t, "", "test", file, example, table(t, "  - {}\n"), "--junit", report); status != program.ExitUsage {
		t.Errorf("exit %d, %s", status, errs)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if got.Tests != 8 || got.Failures != 1 || got.Errors != 1 || len(got.Suites) != 3 || len(got.Suites[1].Cases) != 5 {
		t.Errorf("%s", text)
	}
	failed := got.Suites[0].Cases[1]
	if failed.Name != `fails \x01 ]]>` || failed.Line != 5 || failed.Failure == nil || failed.Failure.Message != `output.n: want "]]>", got 1` || !strings.Contains(failed.Failure.Text, `want  "]]>"`) {
		t.Errorf("%+v %+v", failed, failed.Failure)
	}
	if e := got.Suites[2].Cases[0].Error; e == nil || !strings.Contains(e.Text, "cases[0].name is missing") {
		t.Errorf("%+v", got.Suites[2])
	}
}

// A Distributed Map reads the table's folder of buckets. The test leaves no file there.
func TestTestObjects(t *testing.T) {
	dir := t.TempDir()
	definition := `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"},
		"Parameters": {"Bucket": "in", "Key": "items.jsonl"}}, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "in", "Prefix": "p"}},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}}}`
	if err := os.MkdirAll(filepath.Join(dir, "buckets", "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"m.asl.json": definition, "buckets/in/items.jsonl": "1\n2\n",
		"m.test.yaml": "definition: m.asl.json\nobjects: buckets\ncases:\n  - {name: reads, expect: {match: {ResultWriterDetails: {Bucket: in}}, path: [M]}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if status, out, errs := run(t, "", "test", filepath.Join(dir, "m.test.yaml")); status != program.ExitOK {
		t.Errorf("exit %d, %s %s", status, out, errs)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "buckets", "in")); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
}

// buffer is an output that can be read while it is written.
type buffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *buffer) await(t *testing.T, want string) {
	t.Helper()
	for range 500 {
		b.mutex.Lock()
		found := strings.Contains(b.text.String(), want)
		b.mutex.Unlock()
		if found {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %q in %q", want, b.text.String())
}

// A watch runs again after each change of the table or the definition, also when the file is wrong in between.
func TestWatch(t *testing.T) {
	file := table(t, failing)
	ctx, stop := context.WithCancel(t.Context())
	var out, errs buffer
	ended := make(chan int)
	go func() {
		ended <- newProgram().Run(ctx, []string{"test", file, "--watch"}, program.Streams{Out: &out, Err: &errs})
	}()
	out.await(t, "0 passed, 1 failed\n-- ")
	change := func(name, old, replacement string) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, bytes.ReplaceAll(text, []byte(old), []byte(replacement)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change(file, "cases:", "casse:")
	errs.await(t, `casse is not a field: write "cases"`)
	change(file, "casse:", "cases:")
	change(file, "{n: 2}", "{n: 1}  ")
	out.await(t, "1 passed, 0 failed\n-- ")
	change(filepath.Join(filepath.Dir(file), "m.asl.json"), `"Next": "B"`, `"Next": "X"`)
	errs.await(t, `state "A": Next: there is no state "X"`)
	stop()
	if status := <-ended; status != program.ExitInterrupted {
		t.Errorf("exit %d", status)
	}
}
