package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
)

// approvals runs `clinicalrisk approvals` against the function URL.
func (f *functionURL) approvals(stdin string, arguments ...string) (code int, stdout, stderr string) {
	f.t.Helper()
	return clinicalrisk(f.t, stdin, append([]string{"approvals", "--url", f.url}, arguments...)...)
}

// signature is the flags of a complete signature.
var signature = []string{"--meaning", "responsibility", "--reason", "the seven were called", "--name", "Jane Doe"}

// want runs a command and expects an exit code and parts of the output.
func (f *functionURL) want(code int, parts []string, arguments ...string) {
	f.t.Helper()
	got, stdout, stderr := f.approvals("", arguments...)
	if got != code {
		f.t.Errorf("%v: exit code %d, want %d\n%s%s", arguments, got, code, stdout, stderr)
	}
	for _, part := range parts {
		if !strings.Contains(stdout+stderr, part) {
			f.t.Errorf("%v: %q is not in\n%s%s", arguments, part, stdout, stderr)
		}
	}
}

// Requirements: P11-50b
func TestApprovalsAreListedShownAndDecided(t *testing.T) {
	f := serveApprovals(t)
	f.want(0, []string{f.id, "pending", "T-1", "7 at high risk", "2026-03-04T03:00:00Z"}, "list")
	f.want(0, []string{f.id, "s3://records/decisions/T-1/", "1 decision records", "  decisions/T-1/000000.json"}, "show", f.id)
	f.want(0, []string{f.id + ": approved by " + janeARN, "s3://records/approvals/T-1/"}, append([]string{"approve", f.id}, signature...)...)
	if n := len(f.tasks.Outputs["token"]); n != 1 {
		t.Fatalf("the task was completed %d times", n)
	}
	f.want(0, []string{"approved on 2026-03-01T03:00:00Z", "Jane Doe, " + janeARN, "responsibility", "the seven were called"}, "show", f.id)
	f.want(0, []string{"No request waits"}, "list")
	f.want(0, []string{f.id, "approved"}, "list", "--all")
}

func TestApprovalsAreRejected(t *testing.T) {
	f := serveApprovals(t)
	f.want(0, []string{"rejected by " + janeARN}, append([]string{"reject", f.id}, signature...)...)
	signIn(t, "AKIAJOE", secret)
	f.want(1, []string{"was rejected by " + janeARN, "a decision is final"}, append([]string{"approve", f.id}, signature...)...)
	f.want(0, []string{"rejected by " + janeARN}, append([]string{"reject", f.id}, signature...)...)
}

func TestApprovalsPrintJSON(t *testing.T) {
	f := serveApprovals(t)
	var list approvalsList
	var view approval.View
	var outcome approval.Outcome
	for _, row := range []struct {
		arguments []string
		value     any
	}{
		{[]string{"list", "--json"}, &list}, {[]string{"show", f.id, "--json"}, &view},
		{append([]string{"approve", f.id, "--json"}, signature...), &outcome},
	} {
		code, stdout, stderr := f.approvals("", row.arguments...)
		if err := json.Unmarshal([]byte(stdout), row.value); code != 0 || err != nil || stderr != "" {
			t.Fatalf("%v: exit code %d, %v\n%s%s", row.arguments, code, err, stdout, stderr)
		}
	}
	if len(list.Approvals) != 1 || list.Approvals[0].ID != f.id || view.Reviewed == nil || outcome.Signer != janeARN {
		t.Errorf("got %+v, %+v, %+v", list, view, outcome)
	}
}

// terminal makes the standard input a terminal, so that the command asks questions.
func terminal(t *testing.T) {
	was := isTerminal
	isTerminal = func(io.Reader) bool { return true }
	t.Cleanup(func() { isTerminal = was })
}

func TestApprovalsAskForMissingFlags(t *testing.T) {
	f := serveApprovals(t)
	terminal(t)
	code, stdout, stderr := f.approvals("\n \nthe seven were called\nJane Doe\n", "approve", f.id, "--meaning", "approval")
	if code != 0 || !strings.Contains(stdout, "approved by") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if n := strings.Count(stderr, "Why do you approve?"); n != 3 {
		t.Errorf("asked for the reason %d times, want a new question after every blank answer", n)
	}
	if !strings.Contains(stderr, "s3://records/decisions/T-1/") || strings.Contains(stderr, "What does your signature mean") {
		t.Errorf("shown and asked:\n%s", stderr)
	}
	_, record, _ := f.approvals("", "show", f.id)
	if !strings.Contains(record, "the seven were called") || !strings.Contains(record, "Jane Doe") {
		t.Errorf("recorded:\n%s", record)
	}
}

func TestApprovalsDecideNothingWithoutAnswers(t *testing.T) {
	f := serveApprovals(t)
	f.want(2, []string{"--meaning is required", "--reason is required", "--name is required"}, "approve", f.id)
	terminal(t)
	f.want(2, []string{"nothing was decided"}, "approve", f.id)
	if n := len(f.tasks.Outputs); n != 0 {
		t.Errorf("%d tasks were completed", n)
	}
}

func TestApprovalsRefuseRecordsThatWereNotReviewed(t *testing.T) {
	f := serveApprovals(t)
	old := strings.Repeat("0", 64)
	f.want(1, []string{"differ from those that you reviewed"}, append([]string{"approve", f.id, "--reviewed", old}, signature...)...)
	_, text, _ := f.approvals("", "show", f.id, "--json")
	var view approval.View
	if err := json.Unmarshal([]byte(text), &view); err != nil {
		t.Fatal(err)
	}
	f.want(0, nil, append([]string{"approve", f.id, "--reviewed", view.Reviewed.SHA256}, signature...)...)
}

func TestApprovalsReportRefusals(t *testing.T) {
	f := serveApprovals(t)
	f.now = f.now.AddDate(0, 1, 0)
	f.want(1, []string{"expired: nothing to decide"}, append([]string{"approve", f.id}, signature...)...)
	f.want(0, []string{"expired"}, "show", f.id)
	f.want(2, []string{"no request"}, "show", "ap-aaaaaaaaaaaaaaaa")
	f.want(2, []string{"ID must be ap- and 16 letters and digits", "../list"}, "show", "../list")
	signIn(t, "AKIAJANE", "another secret")
	f.want(1, []string{"AWS refused the credentials"}, "list")
	f.want(1, []string{"AWS refused the credentials"}, "show", f.id)
}

func TestApprovalsReportDecisionsWithoutEffect(t *testing.T) {
	f := serveApprovals(t)
	f.tasks.Waiting = nil
	f.want(1, []string{"no longer waits", "no effect"}, append([]string{"approve", f.id}, signature...)...)
	f.want(0, []string{f.id + ", recorded"}, "show", f.id)
}

func TestApprovalsReportAWrongURL(t *testing.T) {
	signIn(t, "AKIAJANE", secret)
	silent := httptest.NewServer(nil)
	silent.Close()
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }))
	t.Cleanup(html.Close)
	for reason, row := range map[string]struct{ url, want string }{
		"a port without a server": {silent.URL, "does not answer"},
		"another service":         {html.URL, "not as the approvals service does"},
		"signatures require TLS":  {"http://decide.example/", "--url must be an https URL"},
		"an ARN instead of a URL": {"arn:aws:lambda:eu-central-1:123456789012:function:decide", "--url must be an https URL"},
	} {
		code, stdout, stderr := clinicalrisk(t, "", "approvals", "list", "--url", row.url)
		if code != 2 || !strings.Contains(stderr, row.want) || stdout != "" {
			t.Errorf("%s: exit code %d\n%s", reason, code, stderr)
		}
	}
}

func TestApprovalsNeedCredentialsAndARegion(t *testing.T) {
	f := serveApprovals(t)
	signIn(t, "", "")
	f.want(2, []string{"sign in first"}, "list")
	signIn(t, "AKIAJANE", secret)
	t.Setenv("AWS_REGION", "")
	f.want(2, []string{"set AWS_REGION"}, "list")
}

// The URL is an output of the stack.
func TestApprovalsFindTheURLInTheStack(t *testing.T) {
	f := serveApprovals(t)
	output := "DecisionURL"
	stacks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Form.Get("StackName") != "Prod-CohortRisk" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>`)
			return
		}
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Prod-CohortRisk</StackName><Outputs>
			<member><OutputKey>StateMachineArn</OutputKey><OutputValue>arn</OutputValue></member>
			<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>
			</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, output, f.url)
	}))
	t.Cleanup(stacks.Close)
	t.Setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	for reason, row := range map[string]struct {
		environment, output string
		code                int
		want                string
	}{
		"the environment's stack has the output": {"prod", "DecisionURL", 0, f.id},
		"the stack has no approvals":             {"prod", "Other", 2, "has no output DecisionURL"},
		"the stack does not exist":               {"dev", "DecisionURL", 2, "cannot read the URL from stack Dev-CohortRisk"},
	} {
		output = row.output
		code, stdout, stderr := clinicalrisk(t, "", "approvals", "list", "--environment", row.environment)
		if code != row.code || !strings.Contains(stdout+stderr, row.want) {
			t.Errorf("%s: exit code %d\n%s%s", reason, code, stdout, stderr)
		}
	}
}

func TestApprovalsShortenLongLists(t *testing.T) {
	f := serveApprovals(t)
	for i := range 30 {
		f.objects.Set(fmt.Sprintf("decisions/T-1/%06d.json", 100+i), []byte(`{}`))
	}
	f.want(0, []string{"31 decision records", "… and 11 more: --json shows all"}, "show", f.id)
}

func TestInterruptionsEndQuestions(t *testing.T) {
	f := serveApprovals(t)
	terminal(t)
	waiting, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var diagnostics strings.Builder
	if code := newProgram().Run(ctx, []string{"approvals", "--url", f.url, "approve", f.id}, program.Streams{In: waiting, Out: io.Discard, Err: &diagnostics}); code != program.ExitInterrupted {
		t.Errorf("exit code %d\n%s", code, diagnostics.String())
	}
}
