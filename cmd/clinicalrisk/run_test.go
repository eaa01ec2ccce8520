package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	testAssembly = "../../local/assembly/testdata/cdk.out"
	sample       = "../../examples/trial-sample.jsonl"
)

// clinicalrisk runs the command line and returns what it printed.
func clinicalrisk(t *testing.T, stdin string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = run(t.Context(), arguments, streams{strings.NewReader(stdin), &out, &diagnostics})
	return code, out.String(), diagnostics.String()
}

// pipeline runs `clinicalrisk run` on the small assembly, with its results in a new folder.
func pipeline(t *testing.T, arguments ...string) (code int, stdout, stderr, out string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "out")
	code, stdout, stderr = clinicalrisk(t, "", append([]string{"run", "--assembly", testAssembly, "--out", out}, arguments...)...)
	return code, stdout, stderr, out
}

func input(subject string) string {
	return fmt.Sprintf(`{"subject": %q, "trialId": "T-1", "transformed_features": {"marker": "secret"}}`+"\n", subject)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts a model server that answers every invocation alike.
func serve(t *testing.T, status int, answer string) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/invocations" {
			w.WriteHeader(status)
			io.WriteString(w, answer)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// lines returns the JSON values of a file of JSON Lines.
func lines(t *testing.T, parts ...string) (values []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var value map[string]any
		if err := json.Unmarshal([]byte(line), &value); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%v in %q", err, line)
		}
		values = append(values, value)
	}
	return values
}

func TestSample(t *testing.T) {
	code, stdout, stderr, out := pipeline(t, "--json", sample)
	if code != exitFailed || stderr != "" {
		t.Errorf("exit code %d, diagnostics %q; want %d, since the sample holds broken subjects", code, stderr, exitFailed)
	}
	var summary struct {
		Executions, Succeeded, Failed, Alerts int
		ByLastState, ByError                  map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil {
		t.Fatalf("standard output is not only JSON: %v\n%s", err, stdout)
	}
	if summary.Executions != 200 || summary.Failed != 10 || summary.Succeeded != 190 || summary.Alerts < 4 ||
		summary.ByLastState["End"] != 190 || summary.ByError["SageMakerRuntime.ModelErrorException"] != 10 {
		t.Errorf("summary %s", stdout)
	}
	if n := len(lines(t, out, "executions.jsonl")); n != 200 {
		t.Errorf("%d lines in executions.jsonl, want 200", n)
	}
	if n := len(lines(t, out, "alerts.jsonl")); n != summary.Alerts {
		t.Errorf("%d lines in alerts.jsonl, want %d", n, summary.Alerts)
	}
	if histories, err := os.ReadDir(filepath.Join(out, "histories")); err != nil || len(histories) != 200 {
		t.Errorf("%d histories, %v; want 200", len(histories), err)
	}
	if _, again, _, _ := pipeline(t, "--json", sample); again != stdout {
		t.Errorf("the summary differs on the second run:\n%s\n%s", stdout, again)
	}
}

func TestHumanOutput(t *testing.T) {
	code, stdout, _, out := pipeline(t, "--endpoint", serve(t, 200, `{"risk_score": 0.9}`), write(t, "in.jsonl", input("S-1")+input("S-2")))
	want := "The team was alerted about:\n  S-1  trial T-1\n  S-2  trial T-1\n\n" +
		"dev, 2 executions: 2 succeeded, 0 failed, 2 alerts, 0 retries\n\nReport: " + filepath.Join(out, "report.html") + "\n"
	if code != exitFine || stdout != want {
		t.Errorf("exit code %d, output\n%s\nwant\n%s", code, stdout, want)
	}
}

func TestFailedExecutions(t *testing.T) {
	code, stdout, _, out := pipeline(t, "--endpoint", serve(t, 500, "secret"), write(t, "in.jsonl", input("S-1")))
	for _, want := range []string{"Executions that failed:\n  S-1  SageMakerRuntime.ModelErrorException in InvokeModel: Received server error (500)", "0 succeeded, 1 failed"} {
		if code != exitFailed || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, output\n%s\nwant %q", code, stdout, want)
		}
	}
	for _, name := range []string{"executions.jsonl", "alerts.jsonl", "report.html"} {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || strings.Contains(stdout+string(text), "secret") {
			t.Errorf("%s: %v, or it holds a feature", name, err)
		}
	}
}

func TestSingleInput(t *testing.T) {
	code, stdout, _, out := pipeline(t, "../../examples/execution-input.json")
	if executions := lines(t, out, "executions.jsonl"); code != exitFine || len(executions) != 1 || executions[0]["decision"] != "HIGH_RISK" {
		t.Errorf("exit code %d, executions %v, output\n%s", code, executions, stdout)
	}
}

func TestStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	code, stdout, stderr := clinicalrisk(t, input("S-1"), "run", "--assembly", testAssembly, "--out", filepath.Join(t.TempDir(), "out"),
		"--endpoint", serve(t, 200, `{"risk_score": 0.1}`), "-")
	if code != exitFine || !strings.Contains(stdout, "1 execution: 1 succeeded") {
		t.Errorf("exit code %d, output\n%s%s", code, stdout, stderr)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestLongListsAreCut(t *testing.T) {
	var text strings.Builder
	for i := range maxShown + 3 {
		text.WriteString(input(fmt.Sprint("S-", i)))
	}
	_, stdout, _, out := pipeline(t, "--endpoint", serve(t, 200, `{"risk_score": 0.9}`), write(t, "in.jsonl", text.String()))
	if want := "  and 3 more: see " + filepath.Join(out, "alerts.jsonl"); !strings.Contains(stdout, want) {
		t.Errorf("output\n%s\nwant %q", stdout, want)
	}
}

func TestUsageAndInput(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	closed.Close()
	good := write(t, "good.jsonl", input("S-1"))
	for _, c := range []struct {
		reason    string
		arguments []string
		want      []string
	}{
		{"no command", nil, []string{"run"}},
		{"no file", []string{"run"}, []string{"<file>", "clinicalrisk run --help"}},
		{"an unknown flag", []string{"run", "--enviroment", "dev", good}, []string{"--enviroment", "--environment"}},
		{"no assembly", []string{"run", "--assembly", t.TempDir(), good}, []string{"no cloud assembly here", "make synth", "npx cdk synth"}},
		{"an unknown environment", []string{"run", "--assembly", testAssembly, "--environment", "qa", good}, []string{`no environment "qa"`, "dev", "prod"}},
		{"a broken line", []string{"run", "--assembly", testAssembly, write(t, "in.jsonl", input("S-1")+"{\n")}, []string{"in.jsonl:2: this is no JSON"}},
		{"a subject twice", []string{"run", "--assembly", testAssembly, write(t, "in.jsonl", input("S-1")+input("S-1"))}, []string{`in.jsonl:2: subject "S-1" stands on line 1`}},
		{"an empty file", []string{"run", "--assembly", testAssembly, write(t, "in.jsonl", "")}, []string{"in.jsonl: the file is empty"}},
		{"a folder", []string{"run", "--assembly", testAssembly, t.TempDir()}, []string{"this is a folder"}},
		{"a port where nobody listens", []string{"run", "--assembly", testAssembly, "--endpoint", nobody, good}, []string{nobody, "nobody answers there", "start the model server"}},
		{"no URL", []string{"run", "--assembly", testAssembly, "--endpoint", "localhost:8080", good}, []string{"localhost:8080", "http://127.0.0.1:8080"}},
		{"all faults at once", []string{"run", "--assembly", t.TempDir(), "--endpoint", "x", write(t, "in.jsonl", "{\n{}\n")},
			[]string{"no cloud assembly", `endpoint "x"`, "in.jsonl:1: this is no JSON", "in.jsonl:2: subject is missing"}},
	} {
		t.Chdir(t.TempDir()) // Nothing may be written to the default folder.
		code, stdout, stderr := clinicalrisk(t, "", absolute(t, c.arguments)...)
		if code != exitUsage || stdout != "" {
			t.Errorf("%s: exit code %d, output %q; want %d and none", c.reason, code, stdout, exitUsage)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: diagnostics\n%s\nwant %q", c.reason, stderr, want)
			}
		}
		if strings.Contains(stderr, "goroutine") || strings.Contains(stderr, "secret") {
			t.Errorf("%s: diagnostics hold a stack trace or a feature:\n%s", c.reason, stderr)
		}
		if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
			t.Errorf("%s: something was written before the faults were found: %v, %v", c.reason, left, err)
		}
	}
}

// packageDir is where the tests start.
var packageDir, _ = os.Getwd()

// absolute makes the paths of the test assembly independent of the working directory.
func absolute(t *testing.T, arguments []string) []string {
	t.Helper()
	out := append([]string{}, arguments...)
	for i, a := range out {
		if a == testAssembly {
			out[i] = filepath.Join(packageDir, a)
		}
	}
	return out
}

func TestFolderOfSomebodyElse(t *testing.T) {
	file := write(t, "in.jsonl", input("S-1"))
	code, _, stderr := clinicalrisk(t, "", "run", "--assembly", testAssembly, "--out", filepath.Dir(file), file)
	if code != exitUsage || !strings.Contains(stderr, "holds files that no run wrote") || !strings.Contains(stderr, "--out") {
		t.Errorf("exit code %d, diagnostics %q", code, stderr)
	}
}

func TestNoJSONata(t *testing.T) {
	good := write(t, "good.jsonl", input("S-1"))
	t.Chdir(t.TempDir())
	code, _, stderr := clinicalrisk(t, "", "run", "--assembly", filepath.Join(packageDir, testAssembly), good)
	if code != exitUsage || !strings.Contains(stderr, "npm ci") {
		t.Errorf("exit code %d, diagnostics %q; want %d and the command that installs it", code, stderr, exitUsage)
	}
	if _, err := os.Stat("out"); err == nil {
		t.Error("a folder for results was made, though there can be none")
	}
}

func TestPingWarns(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ping" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, `{"risk_score": 0.1}`)
	}))
	defer server.Close()
	code, _, stderr, _ := pipeline(t, "--endpoint", server.URL, write(t, "in.jsonl", input("S-1")))
	if code != exitFine || !strings.HasPrefix(stderr, "clinicalrisk: warning: ") {
		t.Errorf("exit code %d, diagnostics %q; want a warning only", code, stderr)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte("stop here")) {
			cancel()
		}
		io.WriteString(w, `{"risk_score": 0.9}`)
	}))
	defer server.Close()
	var text strings.Builder
	for i := range 60 {
		text.WriteString(input(fmt.Sprint("S-", i)))
	}
	text.WriteString(`{"subject": "last", "trialId": "T", "transformed_features": {"x": "stop here"}}` + "\n")
	for i := range 60 {
		text.WriteString(input(fmt.Sprint("R-", i)))
	}
	out := filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	code := run(ctx, []string{"run", "--assembly", testAssembly, "--out", out, "--endpoint", server.URL, write(t, "in.jsonl", text.String())},
		streams{strings.NewReader(""), &stdout, &stderr})
	done := len(lines(t, out, "executions.jsonl"))
	want := fmt.Sprintf("clinicalrisk: interrupted: %d of 121 executions are done, and their results stand in %s\n", done, out)
	if code != exitInterrupted || stderr.String() != want || done == 0 || done == 121 {
		t.Errorf("exit code %d, diagnostics %q; want %d and %q", code, stderr.String(), exitInterrupted, want)
	}
	if alerts := len(lines(t, out, "alerts.jsonl")); alerts != done {
		t.Errorf("%d alerts of %d executions, all of which alert", alerts, done)
	}
	if _, err := os.Stat(filepath.Join(out, "report.html")); err == nil {
		t.Error("there is a report of a run that did not end")
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := clinicalrisk(t, "", "run", "--help")
	for _, want := range []string{"--assembly", "--environment", "--endpoint", "--out", "--json", "<file>"} {
		if code != exitFine || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, help\n%s\nwant %q", code, stdout, want)
		}
	}
}
