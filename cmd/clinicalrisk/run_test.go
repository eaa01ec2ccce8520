package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/outcome"
)

const (
	testAssembly = "../../local/assembly/testdata/cdk.out"
	sample       = "../../examples/trial-sample.jsonl"
)

// clinicalrisk runs the command line and returns what it printed.
func clinicalrisk(t *testing.T, stdin string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = newProgram().Run(t.Context(), arguments, program.Streams{In: strings.NewReader(stdin), Out: &out, Err: &diagnostics})
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

// serveModel starts a model server with one answer to every invocation.
func serveModel(t *testing.T, status int, answer string) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/invocations" {
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
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

// Requirements: SRC-12
func TestSample(t *testing.T) {
	code, stdout, stderr, out := pipeline(t, "--json", sample)
	if code != program.ExitFailed || stderr != "" {
		t.Errorf("exit code %d, diagnostics %q; want %d, since the sample contains broken subjects", code, stderr, program.ExitFailed)
	}
	var summary struct {
		Executions, Succeeded, Failed, Alerts int
		Threshold                             float64
		ByLastState, ByError                  map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil {
		t.Fatalf("standard output is not JSON: %v\n%s", err, stdout)
	}
	if summary.Threshold != 0.75 || summary.Executions != 200 || summary.Failed != 10 || summary.Succeeded != 190 || summary.Alerts < 4 ||
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
	code, stdout, _, out := pipeline(t, "--endpoint", serveModel(t, 200, `{"risk_score": 0.9}`), write(t, "in.jsonl", input("S-1")+input("S-2")))
	want := "The team was alerted about:\n  S-1  trial T-1\n  S-2  trial T-1\n\n" +
		"dev, 2 executions: 2 succeeded, 0 failed, 2 alerts, 0 retries\nThreshold: a risk above 0.75 alerts the team\n\nReport: " + filepath.Join(out, "report.html") + "\n"
	if code != program.ExitOK || stdout != want {
		t.Errorf("exit code %d, output\n%s\nwant\n%s", code, stdout, want)
	}
}

func TestSourcesThatAreNewerThanTheAssembly(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "cdk.out"), os.DirFS(testAssembly)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"cdk.json": `{"watch": {"include": ["app.go"]}}`, "app.go": "package main"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := write(t, "in.jsonl", input("S-1"))
	endpoint := serveModel(t, 200, `{"risk_score": 0.1}`)
	for changed, want := range map[string]string{
		"cdk.out/manifest.json": "",
		"app.go":                "clinicalrisk: warning: app.go is newer than " + filepath.Join(root, "cdk.out") + ": synthesize again with `make synth`\n",
	} {
		now := time.Now()
		for _, name := range []string{"cdk.json", "app.go", "cdk.out/manifest.json"} {
			at := now
			if name == changed {
				at = now.Add(time.Second)
			}
			if err := os.Chtimes(filepath.Join(root, name), at, at); err != nil {
				t.Fatal(err)
			}
		}
		code, _, stderr := clinicalrisk(t, "", "run", "--assembly", filepath.Join(root, "cdk.out"), "--out", filepath.Join(t.TempDir(), "out"), "--endpoint", endpoint, good)
		if code != program.ExitOK || stderr != want {
			t.Errorf("%s is the newest: exit code %d, diagnostics %q; want %q", changed, code, stderr, want)
		}
	}
}

func TestThresholdThatIsNotANumber(t *testing.T) {
	var text bytes.Buffer
	newNotable("out").print(&text, outcome.NewSummary("dev", "m"))
	if want := "Threshold: the definition does not have it as a number\n"; !strings.HasSuffix(text.String(), want) {
		t.Errorf("output\n%s\nwant %q", text.String(), want)
	}
}

func TestFailedExecutions(t *testing.T) {
	code, stdout, _, out := pipeline(t, "--endpoint", serveModel(t, 500, "secret"), write(t, "in.jsonl", input("S-1")))
	for _, want := range []string{"Executions that failed:\n  S-1  SageMakerRuntime.ModelErrorException in InvokeModel: Received server error (500)", "0 succeeded, 1 failed"} {
		if code != program.ExitFailed || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, output\n%s\nwant %q", code, stdout, want)
		}
	}
	for _, name := range []string{"executions.jsonl", "alerts.jsonl", "report.html"} {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || strings.Contains(stdout+string(text), "secret") {
			t.Errorf("%s: %v, or it contains a feature", name, err)
		}
	}
}

// Requirements: SRC-12
func TestSingleInput(t *testing.T) {
	code, stdout, _, out := pipeline(t, "../../examples/execution-input.json")
	if executions := lines(t, out, "executions.jsonl"); code != program.ExitOK || len(executions) != 1 || executions[0]["decision"] != "HIGH_RISK" {
		t.Errorf("exit code %d, executions %v, output\n%s", code, executions, stdout)
	}
}

func TestStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	code, stdout, stderr := clinicalrisk(t, input("S-1"), "run", "--assembly", testAssembly, "--out", filepath.Join(t.TempDir(), "out"),
		"--endpoint", serveModel(t, 200, `{"risk_score": 0.1}`), "-")
	if code != program.ExitOK || !strings.Contains(stdout, "1 execution: 1 succeeded") {
		t.Errorf("exit code %d, output\n%s%s", code, stdout, stderr)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("temporary files remain: %v, %v", left, err)
	}
}

func TestLongListsAreShortened(t *testing.T) {
	var text strings.Builder
	for i := range maxShown + 3 {
		text.WriteString(input(fmt.Sprint("S-", i)))
	}
	_, stdout, _, out := pipeline(t, "--endpoint", serveModel(t, 200, `{"risk_score": 0.9}`), write(t, "in.jsonl", text.String()))
	if want := "  and 3 more: see " + filepath.Join(out, "alerts.jsonl"); !strings.Contains(stdout, want) {
		t.Errorf("output\n%s\nwant %q", stdout, want)
	}
}

func TestPingWarns(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ping" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, `{"risk_score": 0.1}`)
	}))
	defer server.Close()
	code, _, stderr, _ := pipeline(t, "--endpoint", server.URL, write(t, "in.jsonl", input("S-1")))
	if code != program.ExitOK || !strings.HasPrefix(stderr, "clinicalrisk: warning: ") {
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
		fmt.Fprint(w, `{"risk_score": 0.9}`)
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
	code := newProgram().Run(ctx, []string{"run", "--assembly", testAssembly, "--out", out, "--endpoint", server.URL, write(t, "in.jsonl", text.String())},
		program.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	done := len(lines(t, out, "executions.jsonl"))
	want := fmt.Sprintf("clinicalrisk: interrupted: %d of 121 executions are done; their results are in %s\n", done, out)
	if code != program.ExitInterrupted || stderr.String() != want || done == 0 || done == 121 {
		t.Errorf("exit code %d, diagnostics %q; want %d and %q", code, stderr.String(), program.ExitInterrupted, want)
	}
	if alerts := len(lines(t, out, "alerts.jsonl")); alerts != done {
		t.Errorf("%d alerts from %d executions, want one each", alerts, done)
	}
	if page, err := os.ReadFile(filepath.Join(out, "report.html")); err != nil || !strings.Contains(string(page), "The run was interrupted") ||
		!strings.Contains(string(page), fmt.Sprintf("%d of 121 executions were done.", done)) {
		t.Errorf("the report does not say how far the run came: %v", err)
	}
}

func TestInterruptedBeforeTheFirstExecution(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	code := newProgram().Run(ctx, []string{"run", "--assembly", testAssembly, "--out", out, sample}, program.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	if code != program.ExitInterrupted || stderr.String() != "clinicalrisk: interrupted: nothing was executed\n" {
		t.Errorf("exit code %d, diagnostics %q", code, stderr.String())
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the folder for results exists")
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := clinicalrisk(t, "", "run", "--help")
	for _, want := range []string{"--assembly", "--environment", "--endpoint", "--out", "--json", "<file>", "Exit codes: 0"} {
		if code != program.ExitOK || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, help\n%s\nwant %q", code, stdout, want)
		}
	}
}

func TestVersion(t *testing.T) {
	code, stdout, stderr := clinicalrisk(t, "", "--version")
	if code != program.ExitOK || stderr != "" || !strings.HasPrefix(stdout, "clinicalrisk ") {
		t.Errorf("exit code %d, output %q, diagnostics %q", code, stdout, stderr)
	}
}
