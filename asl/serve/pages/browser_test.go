package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/serve"
)

// chromium returns a function that loads a page in a real browser and returns what it became after some virtual seconds, in which the
// page's timers run.
func chromium(t *testing.T) func(url string) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		return func(url string) string {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr",
				"--user-data-dir="+t.TempDir(), "--window-size=360,800", "--virtual-time-budget=20000", "--dump-dom", url)
			var messages strings.Builder
			c.Stderr = &messages
			dom, err := c.Output()
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, &messages)
			}
			if strings.Contains(messages.String(), ":CONSOLE") { // An error of the script, or a breach of the policy.
				t.Errorf("the browser complains: %s", &messages)
			}
			return string(dom)
		}
	}
	t.Skip("no browser was tested: chromium and google-chrome were not found")
	return nil
}

// In a browser, a page of an execution that runs becomes the page of the one that ended: the script asks again.
func TestABrowserShowsWhatIsNew(t *testing.T) {
	dump := chromium(t)
	b := open(t, serve.Config{})
	arn := b.started(b.create("m", waits), "x", "{}")
	b.waiting(arn, 2)
	var mu sync.Mutex
	asked := map[string]int{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
		if (r.Header.Get("If-None-Match") != "") != (asked["/execution"] > 2 && r.URL.Path == "/execution") {
			t.Errorf("request %d for %s has the tag %q", asked[r.URL.Path], r.URL.Path, r.Header.Get("If-None-Match"))
		}
		if r.URL.Path == "/execution" && asked["/execution"] == 4 { // 1: the browser, 2: the script, 3: the script, which has the page
			b.call("StopExecution", object{"executionArn": arn, "error": "Enough", "cause": "<i>because</i>"})
			b.waiting(arn, 3)
		}
		b.server.ServeHTTP(w, r)
	}))
	defer web.Close()
	dom := dump(web.URL + at("/execution", "arn", arn))
	has(t, text(dom), "Ended: aborted. Reload the page if it is redriven.", "◆ aborted", "Enough <i>because</i>", "W 1 0 0", "1 to 3 of 3", "ExecutionAborted Enough")
	hasNot(t, dom, "data-live", "<i>")
	mu.Lock()
	defer mu.Unlock()
	if asked["/execution"] != 4 || asked["/style.css"] != 1 || asked["/page.js"] != 1 || len(asked) != 3 {
		t.Errorf("the browser asked for %v", asked) // Four times the page, once each file, and nothing else.
	}
}

// The first page shows a machine that was created after it was loaded.
func TestABrowserShowsANewStateMachine(t *testing.T) {
	dump := chromium(t)
	b := open(t, serve.Config{})
	asked := 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" { // The browser and its script ask one after the other.
			if asked++; asked == 2 {
				b.run(b.create("new-machine", passes), "new-execution", "{}")
			}
		}
		b.server.ServeHTTP(w, r)
	}))
	defer web.Close()
	dom := dump(web.URL)
	has(t, text(dom), "Live", "new-machine 0 ● succeeded new-execution", "Latest executions", "● succeeded new-execution")
	has(t, dom, "<body data-live")
}
