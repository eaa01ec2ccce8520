package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/serve/pages"
)

func TestWhatDoesNotExist(t *testing.T) {
	b := open(t, serve.Config{})
	execution := b.run(b.create("m", passes), "x", "{}")
	for _, row := range []struct{ path, words string }{
		{"/nothing", "There is no page at this address."},
		{at("/machine", "arn", arnPrefix+"stateMachine:other"), "State Machine Does Not Exist"},
		{at("/machine", "arn", "<b>"), "Invalid Arn"},
		{at("/execution", "arn", execution+"y"), "Execution Does Not Exist"},
		{at("/map-run", "arn", arnPrefix+"mapRun:m/L:x"), "Resource not found"},
		{at("/event", "arn", execution, "id", "5"), `The execution has no event "5". It has the events 1 to 4.`},
		{at("/event", "arn", execution, "id", "<b>"), `no event "<b>"`},
		{at("/payload", "arn", execution, "event", "1", "member", "output"), `The event has no payload "output".`},
		{at("/payload", "arn", execution, "event", "1", "member", "roleArn"), `The event has no payload "roleArn".`},
		{at("/definition", "arn", execution), "Invalid Arn"},
	} {
		w := b.visit(row.path, nil)
		page := w.Body.String()
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", row.path, w.Code)
		}
		has(t, text(page), "Not found", row.words, "Go to the state machines")
		hasNot(t, page, "<b>", "data-live")
		wellFormed(t, row.path, page)
	}
	for _, path := range []string{"/machine", "/execution", "/map-run", "/definition"} { // without an ARN
		if w := b.visit(path, nil); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, w.Code, text(w.Body.String()))
		}
	}
}

// Other sites can neither frame a page nor read it, and nothing but the files of the package runs in it.
func TestThePolicy(t *testing.T) {
	b := open(t, serve.Config{})
	execution := b.run(b.create("m", passes), "x", "{}")
	for _, path := range []string{"/", "/nothing", "/style.css", "/page.js", at("/execution", "arn", execution), at("/payload", "arn", execution, "event", "1", "member", "input")} {
		header := b.visit(path, nil).Header()
		has(t, header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';", "form-action 'none'; frame-ancestors 'none'")
		hasNot(t, header.Get("Content-Security-Policy"), "unsafe", "*")
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Access-Control-Allow-Origin": ""} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	for path, want := range map[string]string{"/style.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8", "/": "text/html; charset=utf-8",
		at("/definition", "of", "execution", "arn", execution): "text/plain; charset=utf-8"} {
		if got := b.visit(path, nil).Header().Get("Content-Type"); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// The pages change nothing.
func TestOnlyReading(t *testing.T) {
	handler := pages.New(open(t, serve.Config{}).server)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		for _, path := range []string{"/", "/machine", "/execution", "/event", "/payload"} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader("{}")))
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
		}
	}
}

// A reader that has a page gets it again only if it changed.
func TestAPageThatDidNotChange(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.started(b.create("m", waits), "x", "{}")
	b.waiting(arn, 2)
	first := b.visit(at("/execution", "arn", arn), nil)
	tag := http.Header{"If-None-Match": {first.Header().Get("ETag")}}
	if w := b.visit(at("/execution", "arn", arn), tag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("nothing changed: %d, %d bytes", w.Code, w.Body.Len())
	}
	b.call("StopExecution", object{"executionArn": arn})
	if w := b.visit(at("/execution", "arn", arn), tag); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "aborted") {
		t.Errorf("it ended: %d", w.Code)
	}
}
