package pages_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/serve"
)

const (
	arnPrefix = "arn:aws:states:us-east-1:123456789012:"
	role      = "arn:aws:iam::123456789012:role/test"
)

// Definitions of the tests.
const (
	passes = `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`
	fails  = `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "No"}, "No": {"Type": "Fail", "Error": "Too.Bad", "Cause": "It was too bad."}}}`
	waits  = `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "Next": "A"}, "A": {"Type": "Pass", "End": true}}}`
)

// object is a JSON object.
type object = map[string]any

// browser reads the pages of a server.
type browser struct {
	t      testing.TB
	server *serve.Server
}

// open returns a browser of a new server.
func open(t testing.TB, c serve.Config) *browser {
	t.Helper()
	server, err := serve.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() }) // The server is in memory.
	return &browser{t, server}
}

// call performs an operation of the API.
func (b *browser) call(operation string, request object) object {
	b.t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		b.t.Fatal(err)
	}
	out, fault := b.server.Call(context.Background(), operation, body)
	if fault != nil {
		b.t.Fatalf("%s: %v", operation, fault)
	}
	text, err := json.Marshal(out)
	if err != nil {
		b.t.Fatal(err)
	}
	var answer object
	if err := json.Unmarshal(text, &answer); err != nil {
		b.t.Fatal(err)
	}
	return answer
}

// create creates a state machine.
func (b *browser) create(name, definition string) string {
	b.t.Helper()
	return b.call("CreateStateMachine", object{"name": name, "definition": definition, "roleArn": role})["stateMachineArn"].(string)
}

// started starts an execution.
func (b *browser) started(machine, name, input string) string {
	b.t.Helper()
	return b.call("StartExecution", object{"stateMachineArn": machine, "name": name, "input": input})["executionArn"].(string)
}

// run runs an execution to its end.
func (b *browser) run(machine, name, input string) string {
	b.t.Helper()
	execution := b.started(machine, name, input)
	b.until(func() bool {
		return b.call("DescribeExecution", object{"executionArn": execution})["status"] != "RUNNING"
	})
	return execution
}

// until waits for what an execution does.
func (b *browser) until(done func() bool) {
	for !done() {
		time.Sleep(time.Millisecond)
	}
}

// waiting waits until an execution has so many events.
func (b *browser) waiting(execution string, events int) {
	b.until(func() bool {
		lines, fault := b.server.Events(execution)
		return fault == nil && len(lines) >= events
	})
}

// visit asks for a page.
func (b *browser) visit(path string, header http.Header) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w
}

// get returns a page that has to be there.
func (b *browser) get(path string, parameters ...string) string {
	b.t.Helper()
	if len(parameters) > 0 {
		path = at(path, parameters...)
	}
	path, _, _ = strings.Cut(path, "#")
	w := b.visit(path, nil)
	if w.Code != http.StatusOK {
		b.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	wellFormed(b.t, path, w.Body.String())
	return w.Body.String()
}

// at returns a URL with parameters.
func at(path string, parameters ...string) string {
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	return path + "?" + query.Encode()
}

// show asks for a page and returns the text that people read, with single spaces.
func (b *browser) show(path string, parameters ...string) string {
	b.t.Helper()
	return text(b.get(path, parameters...))
}

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	ids     = regexp.MustCompile(` id="([^"]*)"`)
	parts   = regexp.MustCompile(`<[^>]*data-part[^>]*>`)
	links   = regexp.MustCompile(`(?s)<a[^>]* href="([^"]*)"[^>]*>(.*?)</a>`)
	values  = regexp.MustCompile(`="[^"]*"`)
	inlined = regexp.MustCompile(`<[^>]* (?:style|on[a-z]+)=|<style|<script>`)
)

// text returns the text of a page.
func text(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(page, " "))), " ")
}

// href returns where the first link with a text leads.
func href(t testing.TB, page, label string) string {
	t.Helper()
	for _, link := range links.FindAllStringSubmatch(page, -1) {
		if text(link[2]) == label {
			return html.UnescapeString(link[1])
		}
	}
	t.Fatalf("no link %q in %s", label, text(page))
	return ""
}

// wellFormed checks what holds for every page: ids are unique, each part that the script replaces has one, and nothing is inlined that the
// content security policy forbids.
func wellFormed(t testing.TB, path, page string) {
	t.Helper()
	if !strings.HasPrefix(page, "<!DOCTYPE html>") {
		return
	}
	seen := map[string]bool{}
	for _, id := range ids.FindAllStringSubmatch(page, -1) {
		if seen[id[1]] {
			t.Errorf("%s: the id %s is there twice", path, id[1])
		}
		seen[id[1]] = true
	}
	for _, part := range parts.FindAllString(page, -1) {
		if !strings.Contains(part, " id=") {
			t.Errorf("%s: %s has no id", path, part)
		}
	}
	if found := inlined.FindString(values.ReplaceAllString(page, `=""`)); found != "" || strings.Contains(page, `="javascript:`) {
		t.Errorf("%s: the policy forbids %s", path, found)
	}
}

// has checks that a text has others, in their order.
func has(t testing.TB, got string, wanted ...string) {
	t.Helper()
	rest := got
	for _, want := range wanted {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Errorf("not found: %q, in its place\ngot %s", want, got)
			return
		}
		rest = after
	}
}

// hasNot checks that a text has none of others.
func hasNot(t testing.TB, got string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(got, text) {
			t.Errorf("found: %q\nin %s", text, got)
		}
	}
}
