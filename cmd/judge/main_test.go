package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/internal/judge"
	"clinical-risk-pipeline/internal/program"
)

// testAssembly has small environments. The states of full are those of a cohort pipeline.
const testAssembly = "../../local/assembly/testdata/cdk.out"

// other is a service that answers as this project's server does, unless a test changes what it says.
type other struct {
	*httptest.Server
	asked  int
	change func(operation string, request, answer map[string]any) (status int)
}

// newOther starts a service with credentials for it.
func newOther(t *testing.T) *other {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	server, err := serve.New(serve.Config{Time: serve.Virtual})
	if err != nil {
		t.Fatal(err)
	}
	o := &other{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.asked++
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorded := httptest.NewRecorder()
		server.ServeHTTP(recorded, r)
		status, answer := recorded.Code, recorded.Body.Bytes()
		if o.change != nil {
			var request, members map[string]any
			if json.Unmarshal(body, &request) != nil || json.Unmarshal(answer, &members) != nil {
				t.Error("the conversation is not JSON")
			}
			_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
			if changed := o.change(operation, request, members); changed != 0 {
				status = changed
			}
			answer, _ = json.Marshal(members)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = w.Write(answer)
	}))
	t.Cleanup(func() { o.Close(); _ = server.Close() })
	return o
}

// judged runs the command against the service.
func (o *other) judged(t *testing.T, out string, more ...string) (code int, stdout, stderr string) {
	t.Helper()
	return run(t, append([]string{"--out", out, "--endpoint-url", o.URL}, more...)...)
}

// run runs the command with a small sample.
func run(t *testing.T, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	inputs, cohort := filepath.Join(t.TempDir(), "inputs.jsonl"), filepath.Join(t.TempDir(), "cohort.jsonl")
	write(t, inputs, head(t, "../../examples/trial-sample.jsonl", 12))
	write(t, cohort, head(t, "../../examples/cohort-sample.jsonl", 40))
	var out, err strings.Builder
	arguments = append([]string{"--assembly", testAssembly, "--inputs", inputs, "--cohort", cohort, "--per-second", "100000"}, arguments...)
	code = newProgram().Run(t.Context(), arguments, program.Streams{In: strings.NewReader(""), Out: &out, Err: &err})
	return code, out.String(), err.String()
}

// head is the beginning of a file.
func head(t *testing.T, name string, lines int) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.SplitAfterN(string(text), "\n", lines+1)[:lines], "")
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// reportIn reads the report in a folder.
func reportIn(t *testing.T, out string) *judge.Report {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(out, "judge.json"))
	if err != nil {
		t.Fatal(err)
	}
	report := &judge.Report{}
	if err := json.Unmarshal(text, report); err != nil {
		t.Fatal(err)
	}
	return report
}

// Every state of an environment is asked about, and an engine agrees with itself. What is answered is not asked again.
func TestEveryStateIsAskedAbout(t *testing.T) {
	o := newOther(t)
	for _, environment := range []string{"dev", "full"} {
		out := t.TempDir()
		code, stdout, stderr := o.judged(t, out, "--environment", environment)
		report := reportIn(t, out)
		if code != 0 || report.Agree != report.Questions || report.Answered != report.Questions || report.Agree < 20 || !strings.Contains(stdout, "answers agree with the engine") {
			t.Fatalf("%s: exit code %d, %d of %d agree: %s%s%v", environment, code, report.Agree, report.Questions, stdout, stderr, report.Differing)
		}
		tested := 0
		for _, m := range report.Machines {
			if m.Validation != "OK" || (m.Environment == environment) != (len(m.States) > 0) {
				t.Errorf("%s of %s: the definition is %q, %d states", m.Name, m.Environment, m.Validation, len(m.States))
			}
			for _, state := range m.States {
				skipped := slices.ContainsFunc(report.Skipped, func(s judge.Skipped) bool { return s.Machine == m.Name && s.State == state.Name })
				if tested++; skipped != (state.Name == "WaitIncident") || (state.Questions == 0) != skipped {
					t.Errorf("%s: %d questions about %s", m.Name, state.Questions, state.Name)
				}
			}
		}
		if tested == 0 {
			t.Error("no state was tested")
		}
		page, err := os.ReadFile(filepath.Join(out, "judge.html"))
		if err != nil || !strings.Contains(string(page), fmt.Sprintf("All %d answers agree", report.Questions)) {
			t.Errorf("the page does not say it: %v", err)
		}
		asked := o.asked
		if code, _, stderr := o.judged(t, out, "--environment", environment); code != 0 || o.asked != asked {
			t.Errorf("exit code %d, %d questions were asked again: %s", code, o.asked-asked, stderr)
		}
	}
}

// Each planted difference is found, with its kind and its place, and nothing else.
func TestPlantedDifferences(t *testing.T) {
	o := newOther(t)
	planted := map[string]bool{} // Each once.
	o.change = func(operation string, request, answer map[string]any) int {
		state, _ := request["stateName"].(string)
		plant := func(name string) bool {
			if planted[name] {
				return false
			}
			planted[name] = true
			return true
		}
		mock, _ := request["mock"].(map[string]any)
		switch {
		case operation == "ValidateStateMachineDefinition" && plant("definition"):
			answer["result"] = "FAIL"
			answer["diagnostics"] = []any{map[string]any{"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "The field is unknown", "location": "/States/End"}}
		case state == "CheckRisk" && plant("refusal"):
			clear(answer)
			answer["__type"], answer["message"] = "ValidationException", "no such thing"
			return http.StatusBadRequest
		case state == "CheckRisk" && plant("next"):
			answer["nextState"] = "Elsewhere"
		case state == "StartEMRJob" && mock["result"] != nil && plant("output"):
			answer["output"] = strings.Replace(answer["output"].(string), `"subject":`, `"object":`, 1)
		case state == "NotifyTeam" && mock["result"] != nil && plant("inner"):
			inspection := answer["inspectionData"].(map[string]any)
			inspection["afterArguments"] = strings.Replace(inspection["afterArguments"].(string), "Trial Risk Alert", "Good news", 1)
		case state == "InvokeModel" && mock["errorOutput"] != nil && answer["status"] == "RETRIABLE" && plant("status"):
			answer["status"], answer["cause"] = "FAILED", "other words"
			answer["inspectionData"].(map[string]any)["errorDetails"].(map[string]any)["retryBackoffIntervalSeconds"] = 77 // Jitter: not compared.
		case state == "InvokeModel" && mock["result"] != nil && plant("order"):
			var members map[string]json.RawMessage
			if json.Unmarshal([]byte(answer["output"].(string)), &members) != nil {
				t.Error("the output is no object")
			}
			var reordered []string
			for _, name := range slices.Backward(slices.Sorted(maps.Keys(members))) {
				reordered = append(reordered, fmt.Sprintf("%q:%s", name, members[name]))
			}
			answer["output"] = "{" + strings.Join(reordered, ",") + "}"
		}
		return 0
	}
	out := t.TempDir()
	code, stdout, stderr := o.judged(t, out, "--environment", "dev")
	report := reportIn(t, out)
	var found []string
	for _, answer := range report.Differing {
		for _, d := range answer.Differences {
			found = append(found, fmt.Sprintf("%s %s %s", answer.State, d.Kind, d.Place))
		}
		if answer.State != "" && !strings.Contains(string(answer.Request), `"stateName": "`+answer.State+`"`) {
			t.Errorf("the request of %s is %.80s", answer.State, answer.Request)
		}
	}
	slices.Sort(found)
	want := []string{
		" outcome result", " text diagnostics", "CheckRisk outcome nextState", "CheckRisk outcome refusal", "InvokeModel order output", "InvokeModel outcome status",
		"InvokeModel text cause", "NotifyTeam inner inspectionData.afterArguments.Subject", "StartEMRJob outcome output.object", "StartEMRJob outcome output.subject",
	}
	slices.Sort(want)
	if code != 1 || !slices.Equal(found, want) {
		t.Errorf("exit code %d, found\n%s\nwant\n%s\n%s%s", code, strings.Join(found, "\n"), strings.Join(want, "\n"), stdout, stderr)
	}
	page, err := os.ReadFile(filepath.Join(out, "judge.html"))
	if err != nil || !strings.Contains(string(page), "Elsewhere") || !strings.Contains(string(page), "no such thing") {
		t.Errorf("the page does not have the differences: %v", err)
	}
}

// An error that is no answer ends the command with one line; what was answered stays, also if the last line was cut.
func TestItGoesOn(t *testing.T) {
	for code, status := range map[string]int{"ExpiredTokenException": http.StatusBadRequest, "AccessDeniedException": http.StatusBadRequest} {
		o, out := newOther(t), t.TempDir()
		o.change = func(_ string, _, answer map[string]any) int {
			if o.asked <= 10 {
				return 0
			}
			clear(answer)
			answer["__type"], answer["message"] = code, "The security token included in the request is expired"
			return status
		}
		exit, _, stderr := o.judged(t, out, "--environment", "dev")
		if lines := strings.Count(stderr, "\n"); exit != 2 || lines != 2 || !strings.Contains(stderr, "api error "+code) || !strings.Contains(stderr, "10 of ") {
			t.Errorf("%s: exit code %d, %d lines: %s", code, exit, lines, stderr)
		}
		answers := filepath.Join(out, "answers.jsonl")
		text, err := os.ReadFile(answers)
		if err != nil {
			t.Fatal(err)
		}
		write(t, answers, string(text[:len(text)-5]))
		o.change, o.asked = nil, 0
		exit, _, stderr = o.judged(t, out, "--environment", "dev")
		if report := reportIn(t, out); exit != 0 || o.asked != report.Questions-9 || report.Agree != report.Questions {
			t.Errorf("%s: exit code %d, %d questions were asked, %d of %d agree: %s", code, exit, o.asked, report.Agree, report.Questions, stderr)
		}
		o.asked = 0
		if _, _, stderr := o.judged(t, out, "--environment", "dev", "--again"); o.asked != reportIn(t, out).Questions {
			t.Errorf("again: %d questions were asked: %s", o.asked, stderr)
		}
	}
}

// Throttling is no end.
func TestThrottling(t *testing.T) {
	o := newOther(t)
	o.change = func(_ string, _, answer map[string]any) int {
		if o.asked != 3 {
			return 0
		}
		clear(answer)
		answer["__type"], answer["message"] = "ThrottlingException", "Rate exceeded"
		return http.StatusBadRequest
	}
	out := t.TempDir()
	if code, _, stderr := o.judged(t, out, "--environment", "dev"); code != 0 || o.asked != reportIn(t, out).Questions+1 {
		t.Errorf("exit code %d, %d requests: %s", code, o.asked, stderr)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	o := newOther(t)
	damaged := t.TempDir()
	write(t, filepath.Join(damaged, "answers.jsonl"), "{\n")
	for reason, row := range map[string]struct {
		arguments []string
		want      string
	}{
		"environment":     {[]string{"--environment", "qa"}, `no environment "qa", the assembly has Single, dev`},
		"no machine":      {[]string{"--environment", "empty"}, `environment "empty" has no state machine`},
		"pace":            {[]string{"--per-second", "0"}, "--per-second must be more than 0"},
		"assembly":        {[]string{"--assembly", t.TempDir()}, "make synth"},
		"sample":          {[]string{"--cohort", "nothing.jsonl"}, "nothing.jsonl"},
		"profile":         {[]string{"--profile", "nobody"}, "nobody"},
		"damaged answers": {[]string{"--out", damaged}, "answers.jsonl: line 1"},
	} {
		code, _, stderr := o.judged(t, t.TempDir(), row.arguments...)
		if code != 2 || !strings.Contains(stderr, row.want) || strings.Contains(stderr, "goroutine") {
			t.Errorf("%s: exit code %d: %s", reason, code, stderr)
		}
	}
	for name, want := range map[string]string{"AWS_REGION": "there is no region", "AWS_ACCESS_KEY_ID": "there are no credentials"} {
		t.Setenv(name, "")
		if code, _, stderr := o.judged(t, t.TempDir()); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("without %s: exit code %d: %s", name, code, stderr)
		}
		t.Setenv(name, "eu-central-1")
	}
	if o.asked > 0 {
		t.Errorf("%d questions were asked", o.asked)
	}
	if code, stdout, stderr := run(t, "--plan", "--per-second", "2"); code != 0 || !strings.Contains(stdout, "questions to ask, 2 a second") {
		t.Errorf("--plan: exit code %d: %s%s", code, stdout, stderr)
	}
}
