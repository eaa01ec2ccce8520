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

// approvals runs `clinicalrisk approvals` against the function.
func (f *lambdaService) approvals(stdin string, arguments ...string) (code int, stdout, stderr string) {
	f.t.Helper()
	return clinicalrisk(f.t, stdin, append([]string{"approvals", "--function", decideARN}, arguments...)...)
}

// signature is a command with the flags of a complete signature, on what the function shows.
func (f *lambdaService) signature(command string) []string {
	f.t.Helper()
	_, text, _ := f.approvals("", "show", f.id, "--json")
	var view approval.View
	if err := json.Unmarshal([]byte(text), &view); err != nil {
		f.t.Fatal(err)
	}
	return []string{command, f.id, "--code", "other", "--meaning", "responsibility", "--reason", "the seven were called", "--reviewed", digestOf(&view)}
}

// want runs a command and expects an exit code and parts of the output.
func (f *lambdaService) want(code int, parts []string, arguments ...string) {
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
	f.want(0, []string{f.id, "round 1", "s3://records/decisions/T-1/", "1 at high risk, 1 scored", "WARNING: the run counted 7", "S-0042", "0.81", "1 object"}, "show", f.id)
	f.want(0, []string{f.id + ": approved by " + janeARN, "s3://records/approvals/T-1/"}, f.signature("approve")...)
	if n := len(f.tasks.Outputs["token"]); n != 1 {
		t.Fatalf("the task was completed %d times", n)
	}
	f.want(0, []string{"approved on 2026-03-01T03:00:00Z", "Jane Doe, " + janeARN, "responsibility", "the seven were called", "1 approved, 0 rejected", "S-0042   approved  other"}, "show", f.id)
	f.want(0, []string{"No request waits"}, "list")
	f.want(0, []string{f.id, "approved"}, "list", "--all")
}

func TestApprovalsAreRejected(t *testing.T) {
	f := serveApprovals(t)
	f.want(0, []string{"rejected by " + janeARN}, f.signature("reject")...)
	signIn(t, joesKey, secret)
	f.want(1, []string{"was rejected by " + janeARN, "a decision is final"}, f.signature("approve")...)
	// The verdict is the same, but the signature is not Joe's: nobody may believe that he signed.
	f.want(1, []string{"was rejected by " + janeARN, "yours is not recorded"}, f.signature("reject")...)
	signIn(t, janesKey, secret)
	f.want(0, []string{"rejected by " + janeARN}, f.signature("reject")...)
}

func TestApprovalsPrintJSON(t *testing.T) {
	f := serveApprovals(t)
	var list struct{ Approvals []*approval.View }
	var view approval.View
	var outcome approval.Outcome
	for _, row := range []struct {
		arguments []string
		value     any
	}{
		{[]string{"list", "--json"}, &list}, {[]string{"show", f.id, "--json"}, &view},
		{append(f.signature("approve"), "--json"), &outcome},
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
	isTerminal = func(any) bool { return true }
	t.Cleanup(func() { isTerminal = was })
}

func TestApprovalsAskForMissingFlags(t *testing.T) {
	f := serveApprovals(t)
	terminal(t)
	code, stdout, stderr := f.approvals("y\nyes\nsurely\nconfirmed\n\n \nthe seven were called\n", "approve", f.id, "--meaning", "approval")
	if code != 0 || !strings.Contains(stdout, "approved by") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if n := strings.Count(stderr, "Why do you approve?"); n != 3 {
		t.Errorf("asked for the reason %d times, want a new question after every blank answer", n)
	}
	if n := strings.Count(stderr, "Do you approve this"); n != 2 {
		t.Errorf("asked whether to approve %d times, want 2: only yes is yes", n)
	}
	for _, part := range []string{"s3://records/decisions/T-1/", "S-0042", "0.81", "1 at high risk", "7 at high risk"} {
		if !strings.Contains(stderr[:strings.Index(stderr, "Do you approve")], part) {
			t.Errorf("before the question, %q is not shown:\n%s", part, stderr)
		}
	}
	if n := strings.Count(stderr, "Why, in a word (confirmed, other, precaution)?"); n != 2 {
		t.Errorf("asked for the code %d times, want 2: only a code for approve is one", n)
	}
	if strings.Contains(stderr, "What does your signature mean") {
		t.Errorf("asked:\n%s", stderr)
	}
	_, record, _ := f.approvals("", "show", f.id)
	if !strings.Contains(record, "the seven were called") || !strings.Contains(record, "Jane Doe") {
		t.Errorf("recorded:\n%s", record)
	}
}

func TestApprovalsDecideNothingWithoutAnswers(t *testing.T) {
	f := serveApprovals(t)
	f.want(2, []string{"--code is required", "--meaning is required", "--reason is required", "--reviewed is required"}, "approve", f.id)
	f.want(2, []string{"--reviewed is required"}, "approve", f.id, "--code", "confirmed", "--meaning", "m", "--reason", "r")
	f.want(2, []string{"unknown flag --name"}, append(f.signature("approve"), "--name", "Somebody Else")...)
	terminal(t)
	f.want(2, []string{"nothing was decided"}, "approve", f.id)
	f.want(2, []string{"nothing was decided"}, "approve", f.id, "--meaning", "m", "--reason", "r")
	if code, _, stderr := f.approvals("no\n", "approve", f.id); code != 1 || !strings.Contains(stderr, "nothing was decided") {
		t.Errorf("no: exit code %d\n%s", code, stderr)
	}
	if n := len(f.tasks.Outputs); n != 0 {
		t.Errorf("%d tasks were completed", n)
	}
}

// A person does not see what is asked where the questions go to a file.
func TestApprovalsAskWhereAPersonSees(t *testing.T) {
	f := serveApprovals(t)
	was := isTerminal
	t.Cleanup(func() { isTerminal = was })
	isTerminal = func(stream any) bool { _, in := stream.(*strings.Reader); return in }
	if code, _, stderr := f.approvals("yes\nr\nm\n", "approve", f.id); code != 2 || !strings.Contains(stderr, "--reviewed is required") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if n := len(f.tasks.Outputs); n != 0 {
		t.Errorf("%d tasks were completed", n)
	}
}

func TestApprovalsRefuseRecordsThatWereNotReviewed(t *testing.T) {
	f := serveApprovals(t)
	reviewed := f.signature("approve")
	reviewed[len(reviewed)-1] = strings.Repeat("0", 64)
	f.want(1, []string{"shows something else than you reviewed"}, reviewed...)
	f.want(0, nil, f.signature("approve")...)
}

// The round is part of what is signed.
func TestApprovalsSignARound(t *testing.T) {
	f := serveApprovals(t)
	f.want(0, nil, f.signature("approve")...)
	if last := f.payloads[len(f.payloads)-1]; !strings.Contains(last, `"round":1`) || !strings.Contains(last, `"operation":"decide"`) {
		t.Errorf("sent %s", last)
	}
}

func TestApprovalsReportRefusals(t *testing.T) {
	f := serveApprovals(t)
	signed := f.signature("approve")
	f.now = f.now.AddDate(0, 1, 0)
	f.want(1, []string{"expired: nothing to decide"}, signed...)
	f.want(0, []string{"expired"}, "show", f.id)
	f.want(2, []string{"no request"}, "show", "ap-aaaaaaaaaaaaaaaa")
	f.want(2, []string{"ID must be ap- and 16 letters and digits", "../list"}, "show", "../list")
	signIn(t, janesKey, "another secret")
	f.want(1, []string{"STS refuses the proof"}, "list")
	f.want(1, []string{"STS refuses the proof"}, "show", f.id)
	signIn(t, "ASIAADA000000000", secret)
	f.want(1, []string{"STS refuses the proof"}, "list")
	signIn(t, janesKey, secret)
	f.answer = refusing(http.StatusForbidden, "AccessDeniedException")
	f.want(1, []string{"AWS refused the credentials", "AccessDeniedException"}, "list")
	f.answer = refusing(http.StatusNotFound, "ResourceNotFoundException")
	f.want(2, []string{decideARN + " cannot be invoked", "ResourceNotFoundException"}, "list")
}

// Who is no approver does not even list.
//
// Requirements: P11-10d, P11-10g
func TestApprovalsAreForApprovers(t *testing.T) {
	f := serveApprovals(t)
	f.api.Signers.Approvers = []string{"arn:aws:iam::123456789012:role/Others"}
	f.want(1, []string{"is not one of the approvers"}, "list")
	f.want(1, []string{"is not one of the approvers"}, "show", f.id)
}

func TestApprovalsReportDecisionsWithoutEffect(t *testing.T) {
	f := serveApprovals(t)
	f.tasks.Waiting = nil
	f.want(1, []string{"no longer waits", "no effect"}, f.signature("approve")...)
	f.want(0, []string{f.id + ", recorded"}, "show", f.id)
}

func TestApprovalsNeedCredentialsAndARegion(t *testing.T) {
	f := serveApprovals(t)
	signIn(t, "", "")
	f.want(2, []string{"sign in first"}, "list")
	signIn(t, janesKey, secret)
	t.Setenv("AWS_REGION", "")
	f.want(0, []string{f.id}, "list") // the ARN has the region
	if code, _, stderr := clinicalrisk(t, "", "approvals", "list"); code != 2 || !strings.Contains(stderr, "set AWS_REGION") {
		t.Errorf("without the ARN: exit code %d\n%s", code, stderr)
	}
}

// The ARN of the function is an output of the stack.
func TestApprovalsFindTheFunctionInTheStack(t *testing.T) {
	f := serveApprovals(t)
	output := "DecisionFunctionArn"
	stacks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Form.Get("StackName") != "Prod-CohortRisk" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>`)
			return
		}
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Prod-CohortRisk</StackName><Outputs>
			<member><OutputKey>StateMachineArn</OutputKey><OutputValue>arn</OutputValue></member>
			<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>
			</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, output, decideARN)
	}))
	t.Cleanup(stacks.Close)
	t.Setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks.URL)
	for reason, row := range map[string]struct {
		environment, output string
		code                int
		want                string
	}{
		"the environment's stack has the output": {"prod", "DecisionFunctionArn", 0, f.id},
		"the stack has no approvals":             {"prod", "Other", 2, "has no output DecisionFunctionArn"},
		"the stack does not exist":               {"dev", "DecisionFunctionArn", 2, "cannot read the function from stack Dev-CohortRisk"},
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
	f.want(0, []string{"31 objects", "WARNING: 10 more objects are not decision records."}, "show", f.id)
}

func TestInterruptionsEndQuestions(t *testing.T) {
	f := serveApprovals(t)
	terminal(t)
	waiting, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var diagnostics strings.Builder
	if code := newProgram().Run(ctx, []string{"approvals", "--function", decideARN, "approve", f.id}, program.Streams{In: waiting, Out: io.Discard, Err: &diagnostics}); code != program.ExitInterrupted {
		t.Errorf("exit code %d\n%s", code, diagnostics.String())
	}
}
