package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/identity"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// alertDay is the day of the test's alerts, and of the test.
const alertDay = "2026-03-02"

// newRegistry makes the registry of local runs with an alert about S-0042 of site S01. It returns the folder and the id of the alert.
func newRegistry(t *testing.T) (dir, id string) {
	t.Helper()
	registered, err := trial.Load("../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "registry")
	folder, err := registry.Open(dir, registered)
	if err != nil {
		t.Fatal(err)
	}
	id = open(t, folder.Store())
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	was := now
	now = func() time.Time { return time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) }
	t.Cleanup(func() { now = was })
	return dir, id
}

// open stores an alert, as a run does.
func open(t *testing.T, s alerts.Store) string {
	t.Helper()
	item, err := alert.NewItem(alert.Subject{Trial: s.Rules.Trial.ID, Model: s.Rules.Trial.Endpoint.Name, ID: "S-0042", Site: "S01"})
	if err != nil {
		t.Fatal(err)
	}
	next, event, err := s.Rules.Observe(item, alert.Observation{Seen: alert.High, Risk: 0.4, Site: "S01"}, alert.Run{Execution: "arn:x", Cut: alertDay, Day: alertDay})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Events.Create(t.Context(), event.Key(), event.Body()); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(next)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Registry.Put(t.Context(), alerts.Entry{Key: alert.ItemsKey(next.Model) + next.Subject, Body: body}); err != nil {
		t.Fatal(err)
	}
	return next.Alert.ID
}

func TestAlertsOfALocalRegistry(t *testing.T) {
	dir, id := newRegistry(t)
	for _, step := range []struct {
		reason    string
		arguments []string
		code      int
		want      []string
	}{
		{"the list", []string{"list"}, 0, []string{"1 alert open, 0 overdue", id, "S-0042", "very-high", "new", "2026-03-07"}},
		{"another site", []string{"list", "--site", "S02"}, 0, []string{"site S02", "0 alerts open"}},
		{"an alert", []string{"show", id}, 0, []string{"S-0042", "opened (very-high)"}},
		{"its subject", []string{"show", "S-0042"}, 0, []string{id}},
		{"nobody's alert", []string{"show", "al-aaaaaaaaaaaaaaaa"}, program.ExitUsage, []string{"no such alert at the sites of your role"}},
		{"no id", []string{"show", "../x"}, program.ExitUsage, []string{"an alert has an id of al- and 16 letters and digits"}},
		{"acknowledge", []string{"acknowledge", id}, 0, []string{"acknowledged", "@localhost", "2026-03-16, for action"}},
		{"twice", []string{"acknowledge", id}, program.ExitFailed, []string{"not possible: the alert " + id + " is acknowledged"}},
		{"an unknown code", []string{"action", id, "--code", "prayed"}, program.ExitUsage, []string{`code must be one of data-queried, medical-review`, `got "prayed"`}},
		{"act", []string{"action", id, "--code", "site-contacted"}, 0, []string{"actioned", "site-contacted"}},
		{"too long", []string{"suppress", id, "--until", "2026-12-24", "--reason", "holiday"}, program.ExitUsage, []string{"not after 2026-04-01"}},
		{"suppress", []string{"suppress", id, "--until", "2026-03-20", "--reason", "in hospital"}, 0, []string{"suppressed", "until 2026-03-20", "in hospital"}},
		{"nothing to explain", []string{"explain", "S-0042", "--until", "2026-03-10", "--reason", "x"}, program.ExitFailed, []string{"no finding to explain"}},
		{"no reason", []string{"close", id, "--reason", " "}, program.ExitUsage, []string{"reason must have 1 to 500 printable characters"}},
		{"close", []string{"close", id, "--reason", "completed elsewhere"}, 0, []string{"closed", "completed elsewhere"}},
		{"afterwards", []string{"list"}, 0, []string{"0 alerts open"}},
		{"the page", []string{"open", "--site", "S01"}, 0, []string{filepath.Join("worklists", "sites", "S01", "worklist.html")}},
		{"no page", []string{"open", "--site", "S02"}, program.ExitUsage, []string{"no such worklist yet"}},
		{"the watch", []string{"watch", "--day", "2026-03-09"}, 0, []string{"2026-03-09: 0 messages sent"}},
	} {
		code, stdout, stderr := clinicalrisk(t, "", append([]string{"alerts", "--registry", dir}, step.arguments...)...)
		if code != step.code {
			t.Errorf("%s: exit code %d, want %d: %s", step.reason, code, step.code, stderr)
		}
		for _, want := range step.want {
			if !strings.Contains(stdout+stderr, want) {
				t.Errorf("%s: want %q in\n%s%s", step.reason, want, stdout, stderr)
			}
		}
	}
}

func TestAlertsAsJSON(t *testing.T) {
	dir, id := newRegistry(t)
	code, stdout, stderr := clinicalrisk(t, "", "alerts", "--registry", dir, "--json", "list")
	var list struct {
		Alerts []struct{ Subject, Alert, Status string }
	}
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || code != 0 || stderr != "" || len(list.Alerts) != 1 || list.Alerts[0].Alert != id {
		t.Errorf("exit code %d, %v, %s%s", code, err, stdout, stderr)
	}
}

func TestFlagsOfAlerts(t *testing.T) {
	dir, _ := newRegistry(t)
	for reason, row := range map[string]struct {
		arguments []string
		want      string
	}{
		"no trial":              {[]string{"list"}, "name the trial with --trial ID"},
		"two places":            {[]string{"--registry", dir, "--trial", "T-1", "list"}, "a registry is of one trial"},
		"a role on AWS":         {[]string{"--trial", "T-1", "--role", "site-monitor", "list"}, "--role requires --registry"},
		"a site of nobody":      {[]string{"--registry", dir, "list", "--site", "S77"}, "the trial has no site with this id"},
		"no registry":           {[]string{"--registry", t.TempDir(), "list"}, "is not a registry of alerts"},
		"a role of nobody":      {[]string{"--registry", dir, "--role", "pilot", "list"}, `--role must be the role of a recipient of the trial SYN-AD-402, got "pilot"`},
		"a link for ever":       {[]string{"--registry", dir, "open", "--minutes", "600"}, "--minutes must be from 1 to 60"},
		"a watch on AWS":        {[]string{"--trial", "T-1", "watch"}, "watch requires --registry"},
		"a day that is no day":  {[]string{"--registry", dir, "watch", "--day", "x"}, "--day must be a day"},
		"a function that is no": {[]string{"--function", "Act", "list"}, "--function must be the ARN of a function"},
	} {
		signIn(t, janesKey, secret)
		code, stdout, stderr := clinicalrisk(t, "", append([]string{"alerts"}, row.arguments...)...)
		if code != program.ExitUsage || stdout != "" || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: exit code %d, want %q in\n%s%s", reason, code, row.want, stdout, stderr)
		}
	}
}

const actARN = "arn:aws:lambda:eu-central-1:123456789012:function:Act"

// serveAlerts is Lambda with the act function and a stand-in for STS: Jane is a medical monitor, Joe is nobody's.
func serveAlerts(t *testing.T) string {
	t.Helper()
	dir, id := newRegistry(t)
	folder, err := registry.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	actor := folder.Actor(now)
	actor.Log = slog.New(slog.DiscardHandler)
	actor.People = map[string][]string{"medical-monitor": {"arn:aws:iam::123456789012:role/TrialLead"}}
	actor.Identities = identity.New(memory.STS{
		janesKey: {Caller: approval.Caller{ARN: janeARN, UserID: "AROA:jane.doe@example.com"}, Secret: secret},
		joesKey:  {Caller: approval.Caller{ARN: strings.Replace(joeARN, "TrialLead", "Visitor", 1), UserID: "AROA:joe.bloggs@example.com"}, Secret: secret},
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(r.URL.Path, actARN) {
			t.Errorf("called %s, %v", r.URL, err)
		}
		answer, err := memory.InvokeHandler(r.Context(), actor.Handle, actARN, "request-1", payload)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	signIn(t, janesKey, secret)
	t.Setenv("AWS_ENDPOINT_URL_LAMBDA", server.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	return id
}

// On AWS, the proof says who acts: the caller's session, and nothing in the call.
//
// Requirements: SRC-24
func TestAlertsOnAWS(t *testing.T) {
	id := serveAlerts(t)
	code, stdout, stderr := clinicalrisk(t, "", "alerts", "--function", actARN, "acknowledge", id)
	if code != 0 || !strings.Contains(stdout, "jane.doe@example.com") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	signIn(t, joesKey, secret)
	code, stdout, stderr = clinicalrisk(t, "", "alerts", "--function", actARN, "list")
	if code != program.ExitFailed || stdout != "" || !strings.Contains(stderr, "acts for none of the roles") {
		t.Errorf("somebody else: exit code %d: %s%s", code, stdout, stderr)
	}
	signIn(t, janesKey, "another secret")
	code, stdout, stderr = clinicalrisk(t, "", "alerts", "--function", actARN, "list")
	if code != program.ExitFailed || stdout != "" || !strings.Contains(stderr, "STS refuses the proof") {
		t.Errorf("a forged signature: exit code %d: %s%s", code, stdout, stderr)
	}
	wantNoSecrets(t, stdout+stderr)
}

func TestALinkIsValidForMinutes(t *testing.T) {
	signIn(t, janesKey, secret)
	code, stdout, stderr := clinicalrisk(t, "", "alerts", "--function", actARN, "open", "--bucket", "worklists", "--site", "S01", "--minutes", "5")
	if code != 0 || !strings.HasPrefix(stdout, "https://worklists.s3.eu-central-1.amazonaws.com/sites/S01/worklist.html?") || !strings.Contains(stdout, "X-Amz-Expires=300&") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// The command that a message names opens the list: of all sites, and of one.
func TestTheCommandOfAMessageWorks(t *testing.T) {
	signIn(t, janesKey, secret)
	for site, want := range map[string]string{"": "/trial/worklist.html", " --site S01": "/sites/S01/worklist.html"} {
		arguments := strings.Fields(strings.TrimPrefix(alert.ListCommand("worklists-1")+site, "clinicalrisk"))
		code, stdout, stderr := clinicalrisk(t, "", arguments...)
		if code != program.ExitOK || !strings.HasPrefix(stdout, "https://worklists-1.s3.eu-central-1.amazonaws.com"+want+"?X-Amz-") {
			t.Errorf("%q: exit code %d, %s%s", arguments, code, stdout, stderr)
		}
	}
}
