package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// answers starts a model server with one status, type and answer for every invocation.
func answers(t *testing.T, status int, contentType, answer string) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/invocations" {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const isJSON = "application/json"

// wrongAnswers are answers to one row of a cohort, with what the terminal says of each.
var wrongAnswers = []struct {
	reason              string
	status              int
	contentType, answer string
	want                string
}{
	{"a list of numbers", 200, isJSON, `{"predictions": [0.8]}`, "got predictions[0] = number, want an object with id and risk_score"},
	{"a list of other objects", 200, isJSON, `[{"score": 0.8}]`, `got an array of 1 (the first: an object with score = number), want {"predictions": [{"id": "0", "risk_score": 0.8}]}`},
	{"probabilities of two classes", 200, isJSON, `[[0.2, 0.8]]`, "got an array of 1 (the first: an array of 2 (the first: number))"},
	{"CSV", 200, "text/csv", "0.8\n", "got number, want {"},
	{"CSV of two columns", 200, "text/csv", "0.2,0.8\n", "the answer, of type text/csv, is not JSON (it may be CSV or plain text)"},
	{"Python's text", 200, isJSON, `{'predictions': [{'secret': 1}]}`, "is not JSON (it has single quotes: it may be Python's own text of an object; use json.dumps)"},
	{"a web page", 200, "text/html; charset=utf-8", "<html>secret</html>", "the answer is a web page (of type text/html): another program than a model server listens there"},
	{"nothing", 200, isJSON, "", "the answer is empty: want {"},
	{"NaN", 200, isJSON, `{"predictions": [{"id": "0", "risk_score": NaN}]}`, "is not JSON (it has NaN or Infinity, which JSON does not have)"},
	{"a score as text", 200, isJSON, `{"predictions": [{"id": "0", "risk_score": "secret"}]}`, "got predictions[0].risk_score = string, want a number from 0 to 1"},
	{"a percentage", 200, isJSON, `{"predictions": [{"id": "0", "risk_score": 81}]}`, "got predictions[0].risk_score = a number above 1, want a number from 0 to 1, a probability"},
	{"no id", 200, isJSON, `{"predictions": [{"risk_score": 0.8}]}`, "got predictions[0] = an object with risk_score = number, want the id of its instance, too"},
	{"a number as an id", 200, isJSON, `{"predictions": [{"id": 0, "risk_score": 0.8}]}`, "got predictions[0].id = number, want the id of its instance, a string"},
	{"another id", 200, isJSON, `{"predictions": [{"id": "secret", "risk_score": 0.8}]}`, "got predictions[0].id = another id than that of the instance"},
	{"two predictions", 200, isJSON, `{"predictions": [0.1, 0.2]}`, "got 2 predictions for the number of rows that were sent, 1: want one for each row"},
	{"the form of one subject", 200, isJSON, `{"risk_score": 0.8}`, "got an object with risk_score = number, want {"},
	{"an error beside the score", 200, isJSON, `{"predictions": [{"id": "0", "risk_score": 0.8}], "error": null}`, `the answer says "error" somewhere`},
	{"a name twice", 200, isJSON, `{"predictions": [], "predictions": []}`, "not strict JSON: a name appears twice in an object"},
	{"another path", 404, "text/plain", "secret", "the server answered 404 Not Found: it must take POST /invocations, and --endpoint is the URL before that path"},
	{"a password", 401, "text/plain", "secret", "the server answered 401 Unauthorized: a container of SageMaker asks for no password"},
	{"a refused row", 400, isJSON, `{"error": "age 83, secret"}`, "the server answered 400 Bad Request: it refused the row, such as for a missing feature (27 bytes, not shown: --show-model-errors shows them)"},
	{"another type of content", 415, "text/plain", "secret", "the server answered 415 Unsupported Media Type: it must take and give application/json"},
	{"a failure", 500, "text/html", "Traceback: secret", "the server answered 500 Internal Server Error: the model failed; look at its log"},
	{"a redirect", 302, "text/plain", "", "the server answered 302 Found, a redirect, which SageMaker does not follow"},
	{"not ready", 503, "text/plain", "", "the server answered 503 Service Unavailable: it is not ready"},
}

// The terminal says what a model server answered to the first row: types and keys, no values.
//
// Requirements: SRC-07, SRC-23
func TestWrongAnswers(t *testing.T) {
	cohort := write(t, "cohort.csv", "subject,age\nS-1,83\n")
	for _, c := range wrongAnswers {
		url := answers(t, c.status, c.contentType, c.answer)
		code, stdout, stderr, _ := cohortPipeline(t, "--cohort", cohort, "--endpoint", url, "--approve", "none")
		if code != program.ExitFailed || !strings.Contains(stderr, "warning: one row was sent to "+url+"/invocations: ") || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, diagnostics\n%s\nwant %q", c.reason, code, stderr, c.want)
		}
		if strings.Contains(stdout+stderr, "secret") {
			t.Errorf("%s: the terminal shows the answer:\n%s%s", c.reason, stdout, stderr)
		}
	}
}

// The form of one subject has an answer of its own.
//
// Requirements: SRC-07
func TestWrongAnswersForOneSubject(t *testing.T) {
	for answer, want := range map[string]string{
		`{"predictions": [{"risk_score": 0.8}]}`: "got an object with predictions = an array, want an object with risk_score",
		`[0.8]`:                                  "got an array of 1 (the first: number), want an object with risk_score",
		`{"risk_score": null}`:                   "got risk_score = null, want a number from 0 to 1",
		`{"risk_score": -0.1}`:                   "got risk_score = a number below 0, want a number from 0 to 1",
		`{"Risk_Score": 0.1}`:                    "got an object with Risk_Score = number, want an object with risk_score",
		`{"a":1,"b":{"risk":"x"}}`:               "got an object with a = number, b = an object, want an object with risk_score",
		`{"risk_score": 0.1} extra`:              "is not JSON",
	} {
		_, _, stderr, _ := pipeline(t, "--endpoint", answers(t, 200, isJSON, answer), write(t, "in.jsonl", input("S-1")))
		if !strings.Contains(stderr, want) {
			t.Errorf("%.60s: diagnostics\n%s\nwant %q", answer, stderr, want)
		}
	}
}

// A right answer needs no words.
//
// Requirements: SRC-07
func TestRightAnswers(t *testing.T) {
	if _, _, stderr, _ := pipeline(t, "--endpoint", serveModel(t, 200, `{"risk_score": 0.9}`), write(t, "in.jsonl", input("S-1"))); stderr != "" {
		t.Errorf("diagnostics %q", stderr)
	}
	url := answers(t, 200, isJSON, `{"predictions": [{"id": "0", "risk_score": 0.1}]}`)
	if _, _, stderr, _ := cohortPipeline(t, "--cohort", write(t, "c.csv", "subject,x\nA,1\n"), "--endpoint", url); stderr != "" {
		t.Errorf("diagnostics %q", stderr)
	}
}

// readAll returns the text of all files below a folder.
func readAll(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Requirements: SRC-23
func TestShowModelErrors(t *testing.T) {
	url := answers(t, 400, isJSON, `{"error": "age is missing"}`)
	in := write(t, "in.jsonl", input("S-1")+input("S-2"))
	_, stdout, stderr, out := pipeline(t, "--endpoint", url, "--show-model-errors", in)
	if want := `clinicalrisk: the model server answered 400: {"error": "age is missing"}` + "\n"; strings.Count(stderr, want) != 1 {
		t.Errorf("diagnostics\n%s\nwant once %s", stderr, want)
	}
	if text := readAll(t, out); strings.Contains(text+stdout, "age is missing") {
		t.Error("the files or the output hold what the model said")
	}
	if _, _, stderr, _ := pipeline(t, "--endpoint", url, in); strings.Contains(stderr, "age is missing") {
		t.Errorf("diagnostics without the option\n%s", stderr)
	}
	if code, _, stderr, _ := pipeline(t, "--show-model-errors", in); code != program.ExitUsage || !strings.Contains(stderr, "--show-model-errors requires --endpoint") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
