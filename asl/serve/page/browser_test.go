package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// A browser shows the page, and shows it again by its script: the execution ends only when the script asks for the second time.
func TestInABrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("there is no Chromium here")
	}
	s := newScene(t)
	activity := s.call("CreateActivity", map[string]any{"name": "work"})["activityArn"].(string)
	machine := s.machine("waits", "STANDARD", fmt.Sprintf(`{"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": %q, "End": true}}}`, activity))
	arn := s.start(machine, "x", `{}`, true)
	var asked atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/execution" && asked.Add(1) == 2 {
			s.call("StopExecution", map[string]any{"executionArn": arn, "error": "Stopped", "cause": "seen live"})
		}
		s.server.ServeHTTP(w, r)
	}))
	defer web.Close()
	out, err := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), //nolint:gosec // a browser of this machine
		"--virtual-time-budget=10000", "--dump-dom", web.URL+"/execution?arn="+url.QueryEscape(arn)).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "ABORTED", "seen live", "ActivityScheduled"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the page lacks %q after %d requests:\n%s", want, asked.Load(), out)
		}
	}
}
