package page_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/serve/page"
)

// scene is a server with its page.
type scene struct {
	t      *testing.T
	server *serve.Server
	page   *page.Page
}

func newScene(t *testing.T) *scene {
	t.Helper()
	shown := &page.Page{}
	server, err := serve.New(serve.Config{Time: serve.Virtual, Page: shown})
	if err != nil {
		t.Fatal(err)
	}
	shown.API = server
	t.Cleanup(func() { _ = server.Close() })
	return &scene{t, server, shown}
}

// call performs an operation and returns its answer.
func (s *scene) call(operation string, in map[string]any) map[string]any {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	out, fault := s.server.Call(s.t.Context(), operation, body)
	if fault != nil {
		s.t.Fatal(fault)
	}
	text, err := json.Marshal(out)
	if err != nil {
		s.t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// machine creates a state machine and returns its ARN.
func (s *scene) machine(name, kind, definition string) string {
	s.t.Helper()
	return s.call("CreateStateMachine", map[string]any{"name": name, "definition": definition, "type": kind, "roleArn": "arn:aws:iam::123456789012:role/r"})["stateMachineArn"].(string)
}

// start starts an execution and waits for its end, unless it goes on.
func (s *scene) start(machine, name, input string, goesOn bool) string {
	s.t.Helper()
	arn := s.call("StartExecution", map[string]any{"stateMachineArn": machine, "name": name, "input": input})["executionArn"].(string)
	for !goesOn && s.call("DescribeExecution", map[string]any{"executionArn": arn})["status"] == "RUNNING" {
	}
	return arn
}

// get returns a page and its status.
func (s *scene) get(path string, query ...string) (int, string) {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path+"?"+values.Encode(), nil))
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		s.t.Errorf("%s has the policy %q", path, policy)
	}
	return w.Code, w.Body.String()
}

// has checks that a page is there and has the texts.
func (s *scene) has(texts []string, path string, query ...string) string {
	s.t.Helper()
	code, body := s.get(path, query...)
	if code != http.StatusOK {
		s.t.Errorf("%s %v: status %d\n%s", path, query, code, body)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			s.t.Errorf("%s %v lacks %q:\n%s", path, query, text, body)
		}
	}
	return body
}

const twoStates = `{"StartAt": "First", "States": {"First": {"Type": "Pass", "Assign": {"v": 7}, "Next": "Second"}, "Second": {"Type": "Choice",
	"Choices": [{"Variable": "$.ok", "BooleanEquals": true, "Next": "Done"}], "Default": "Bad"}, "Done": {"Type": "Succeed"}, "Bad": {"Type": "Fail", "Error": "TooBad", "Cause": "because"}}}`

func TestAnEmptyServerSaysHowToBegin(t *testing.T) {
	newScene(t).has([]string{"<h1>State machines</h1>", "create-state-machine"}, "/")
}

func TestAnExecutionFromListToPayload(t *testing.T) {
	s := newScene(t)
	machine := s.machine("orders", "STANDARD", twoStates)
	good, bad := s.start(machine, "good", `{"ok": true, "secret": "s3cr3t"}`, false), s.start(machine, "bad", `{"ok": false}`, false)
	s.has([]string{"orders", ">good</a>", ">bad</a>", "SUCCEEDED", "FAILED"}, "/")
	s.has([]string{"<svg", "Definition", ">good</a>", ">bad</a>"}, "/machine", "arn", machine)
	failed := s.has([]string{">bad</a>"}, "/machine", "arn", machine, "status", "FAILED")
	if strings.Contains(failed, ">good</a>") {
		t.Error("the filter lets another status pass")
	}
	shown := s.has([]string{"<svg", "PassStateEntered", "ExecutionSucceeded", ">First<"}, "/execution", "arn", good)
	if strings.Contains(shown, "s3cr3t") {
		t.Error("the page of an execution has its data")
	}
	s.has([]string{"TooBad", "because", "1 failed"}, "/execution", "arn", bad)
	s.has([]string{"s3cr3t", "<h2>input</h2>", "<h2>output</h2>"}, "/event", "arn", good, "id", "0")
	s.has([]string{"s3cr3t", "PassStateExited", "assignedVariables", "&#34;v&#34;: &#34;7&#34;"}, "/event", "arn", good, "id", "3")
}

func TestARunningExecutionIsLive(t *testing.T) {
	s := newScene(t)
	activity := s.call("CreateActivity", map[string]any{"name": "work"})["activityArn"].(string)
	machine := s.machine("waits", "STANDARD", fmt.Sprintf(`{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": %q, "End": true}}}`, activity))
	arn := s.start(machine, "x", `{}`, true)
	for _, path := range []string{"/", "/machine", "/execution"} {
		query := map[string][]string{"/": nil, "/machine": {"arn", machine}, "/execution": {"arn", arn}}[path]
		s.has([]string{"data-live", `<script src="/live.js" defer>`, `http-equiv="refresh"`, "RUNNING"}, path, query...)
	}
	s.call("StopExecution", map[string]any{"executionArn": arn})
	for s.call("DescribeExecution", map[string]any{"executionArn": arn})["status"] == "RUNNING" {
	}
	if body := s.has([]string{"ABORTED"}, "/execution", "arn", arn); strings.Contains(body, "data-live") {
		t.Error("an execution that has ended is live")
	}
	if code, script := s.get("/live.js"); code != http.StatusOK || !strings.Contains(script, "data-live") {
		t.Errorf("the script: %d %s", code, script)
	}
}

func TestMapRuns(t *testing.T) {
	s := newScene(t)
	machine := s.machine("cohort", "STANDARD", `{"StartAt": "M", "States": {"M": {"Type": "Map", "Label": "Each", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
		"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}, "End": true}}}`)
	arn := s.start(machine, "x", `[1, 2]`, false)
	s.has([]string{"Map Runs", "/maprun?arn=", ">× 2<"}, "/execution", "arn", arn)
	run := s.call("ListMapRuns", map[string]any{"executionArn": arn})["mapRuns"].([]any)[0].(map[string]any)["mapRunArn"].(string)
	body := s.has([]string{"SUCCEEDED", "Items total", "Items succeeded", "/execution?arn="}, "/maprun", "arn", run)
	_, rest, _ := strings.Cut(body, `href="/execution?arn=`)
	_, rest, _ = strings.Cut(rest, `class="id" href="/execution?arn=`)
	child, _, _ := strings.Cut(rest, `"`)
	child, err := url.QueryUnescape(html.UnescapeString(child))
	if err != nil {
		t.Fatal(err)
	}
	s.has([]string{"a child of", "PassStateEntered"}, "/execution", "arn", child)
}

func TestExpressWorkflowsKeepNoExecutions(t *testing.T) {
	s := newScene(t)
	machine := s.machine("fast", "EXPRESS", `{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}`)
	s.has([]string{"are not kept"}, "/")
	s.has([]string{"are not kept"}, "/machine", "arn", machine)
}

// What clients sent is shown as text, wherever it is.
func TestHostileTextsAreEscaped(t *testing.T) {
	s := newScene(t)
	const hostile = `<img src=x onerror=alert(1)>`
	machine := s.machine("h", "STANDARD", `{"StartAt": "`+hostile+`", "States": {"`+hostile+`": {"Type": "Fail", "Error": "`+hostile+`", "Cause": "`+hostile+`"}}}`)
	arn := s.start(machine, "x", `{"a": "`+hostile+`"}`, false)
	for _, body := range []string{
		s.has(nil, "/machine", "arn", machine), s.has(nil, "/execution", "arn", arn), s.has(nil, "/event", "arn", arn, "id", "0"), s.has(nil, "/event", "arn", arn, "id", "2"),
	} {
		if strings.Contains(body, "<img") || !strings.Contains(body, "onerror") {
			t.Errorf("it is not shown as text:\n%s", body)
		}
	}
}

func TestListsAndEventsHaveParts(t *testing.T) {
	s := newScene(t)
	machine := s.machine("many", "STANDARD", `{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}`)
	for i := range 101 {
		s.start(machine, fmt.Sprintf("x-%d", i), `{}`, false)
	}
	first := s.has([]string{">x-100</a>", "Older executions"}, "/machine", "arn", machine)
	_, link, _ := strings.Cut(first, `<p><a href="`)
	link, _, _ = strings.Cut(link, `"`)
	u, err := url.Parse(html.UnescapeString(link))
	if err != nil {
		t.Fatal(err)
	}
	second := s.has([]string{">x-0</a>"}, "/machine", "arn", u.Query().Get("arn"), "token", u.Query().Get("token"))
	if strings.Contains(second, ">x-100</a>") || strings.Contains(second, "Older executions") {
		t.Error("the second part is not the rest")
	}
	loop := s.machine("loop", "STANDARD", `{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}, "End": true}}}`)
	arn := s.start(loop, "x", "["+strings.TrimSuffix(strings.Repeat("1,", 200), ",")+"]", false)
	s.has([]string{"Later events", "from=500"}, "/execution", "arn", arn)
	if body := s.has([]string{"ExecutionSucceeded"}, "/execution", "arn", arn, "from", "500"); strings.Contains(body, ">ExecutionStarted<") {
		t.Error("the second part has the first event")
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := newScene(t)
	for path, want := range map[string]int{"/nothing": 404, "/machine": 400, "/execution": 400, "/event": 400, "/maprun": 400} {
		if code, body := s.get(path); code != want || !strings.Contains(body, "cannot be shown") {
			t.Errorf("%s: %d, want %d", path, code, want)
		}
	}
	if code, body := s.get("/execution", "arn", "arn:aws:states:us-east-1:123456789012:execution:m:x"); code != http.StatusNotFound || !strings.Contains(body, "Execution Does Not Exist") {
		t.Errorf("an unknown execution: %d %s", code, body)
	}
	machine := s.machine("m", "STANDARD", twoStates)
	arn := s.start(machine, "x", `{"ok": true}`, false)
	if code, _ := s.get("/event", "arn", arn, "id", "99"); code != http.StatusNotFound {
		t.Errorf("an event that is not there: %d", code)
	}
}
