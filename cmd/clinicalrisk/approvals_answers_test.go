package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestApprovalsReportAWrongFunction(t *testing.T) {
	serveApprovals(t)
	for _, function := range []string{
		"https://abc.lambda-url.eu-central-1.on.aws/", "Decide", decideARN + ":live", "arn:aws:lambda:eu-central-1:123456789012:function:a/../b", decideARN + "\n",
	} {
		code, stdout, stderr := clinicalrisk(t, "", "approvals", "list", "--function", function)
		if code != 2 || !strings.Contains(stderr, "--function must be the ARN of a function") || stdout != "" {
			t.Errorf("%s: exit code %d\n%s", function, code, stderr)
		}
	}
	silent := httptest.NewServer(nil)
	silent.Close()
	t.Setenv("AWS_ENDPOINT_URL_LAMBDA", silent.URL)
	if code, _, stderr := clinicalrisk(t, "", "approvals", "list", "--function", decideARN); code != 2 || !strings.Contains(stderr, "no answer from Lambda") {
		t.Errorf("a port without a server: exit code %d\n%s", code, stderr)
	} else {
		wantNoSecrets(t, stderr)
	}
}

// Another service, or another function, may answer under the ARN. Nothing that it says is a panic, or steers the terminal.
func TestApprovalsTakeNoAnswerOnTrust(t *testing.T) {
	f := serveApprovals(t)
	for payload, want := range map[string]string{
		`<html>`:                "not as the deciding function does",
		`null`:                  "not as the deciding function does",
		`{"approvals": [null]}`: "not as the deciding function does",
		`{"approvals": [{}]}`:   "not as the deciding function does",
		`{"error": {}}`:         "the function refused the call",
		`{"error": {"status": 409, "message": "a\u001b[2K\nclinicalrisk: approved"}}`: `a\x1b[2K\x0aclinicalrisk: approved`,
	} {
		f.answer = printing(payload)
		for _, arguments := range [][]string{{"list"}, {"show", f.id}, {"approve", f.id, "--meaning", "m", "--reason", "r", "--reviewed", "d"}} {
			if code, stdout, stderr := f.approvals("", arguments...); code == 0 || !strings.Contains(stderr, want) && arguments[0] == "list" || stdout != "" {
				t.Errorf("%s, %v: exit code %d\n%s%s", payload, arguments, code, stdout, stderr)
			}
		}
	}
	f.answer = func(w http.ResponseWriter) bool {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		return printing(`{"errorMessage": "\u001b[2K"}`)(w)
	}
	f.want(1, []string{"the function failed"}, "list")
}

// A redirect would send the session token to another host.
func TestApprovalsFollowNoRedirect(t *testing.T) {
	f := serveApprovals(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked, with %v", r.URL, r.Header) }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		f.answer = func(w http.ResponseWriter) bool {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(status)
			return true
		}
		for _, arguments := range [][]string{{"list"}, {"verify", f.id}, {"verify", f.id, "--bucket", "records"}} {
			if code, stdout, _ := f.approvals("", arguments...); code == 0 || strings.Contains(stdout, f.id) && !strings.Contains(stdout, "not verifiable") {
				t.Errorf("%v, status %d: exit code %d\n%s", arguments, status, code, stdout)
			}
		}
	}
}

// A trial's id moves the cursor and erases a line, or starts a row of its own.
func TestApprovalsPrintForeignTextPlainly(t *testing.T) {
	f := serveApprovals(t)
	f.answer = printing(`{"approvals": [{"approvalId": "` + f.id + `", "status": "pending", "round": 1, "trialId": "T-1\u001b[1A\u001b[2K\nap-forged\u202e",
		"subjects": "S-1\r\t", "deadline": "2026-03-04T03:00:00Z"}]}`)
	code, stdout, _ := f.approvals("", "list")
	if code != 0 || strings.ContainsAny(stdout, "\x1b\r\u202e") || strings.Contains(stdout, "\nap-forged") || !strings.Contains(stdout, `T-1\x1b[1A`) {
		t.Errorf("exit code %d, printed %q", code, stdout)
	}
	_, stdout, _ = f.approvals("", "list", "--json")
	if strings.ContainsAny(stdout, "\x1b\r\u202e") {
		t.Errorf("printed %q", stdout)
	}
}
