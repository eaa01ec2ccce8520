package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/auditor"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

// auditedPlace has the decision records.
var auditedPlace = workflow.RecordsOf("T-1", approvalExecution, "2026-03-01T03:00:00.000Z")

// audit replaces AWS by a bucket with a decision that Jane signed, and by the trail of her invocation.
func audit(t *testing.T) (bucket *memory.Bucket, trail *memory.Trail, asked *auditor.Audited) {
	at := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	clock := func() time.Time { return at }
	bucket = &memory.Bucket{Now: clock, Default: verify.Rule{Mode: verify.Compliance, Period: 365 * 24 * time.Hour}}
	bucket.Put(auditedPlace+"0.json", []byte(`{"subjects": [{"subject": "S-0042", "score": 0.81, "branch": "alert"}], "notScored": []}`))
	signers := &approval.Signers{Approvers: []string{"arn:aws:iam::123456789012:role/TrialLead"}}
	decider := approval.Decider{
		Store: &memory.Store{}, Records: approval.Records{Objects: bucket.Objects(), Bucket: "records", Prefix: "decisions/"},
		Tasks: &memory.Tasks{Waiting: map[string]bool{"token": true}}, Signers: *signers, Now: clock, Log: slog.New(slog.DiscardHandler),
		Starts: memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com"}},
	}
	request := &approval.Approval{ID: approval.ID(approvalExecution), Round: 1, RequestedAt: at, Request: approval.Request{
		TaskToken: "token", RequestID: strings.Repeat("0", 64), Execution: approvalExecution, StartedAt: at, TrialID: "T-1", Subjects: approval.Subjects{ID: "S-0042"},
		Record: "s3://records/" + auditedPlace, Deadline: at.Add(time.Hour),
	}}
	if err := decider.Store.Put(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	view, err := decider.Show(t.Context(), request.ID)
	if err != nil {
		t.Fatal(err)
	}
	caller := approval.Caller{ARN: janeARN, UserID: "AROA:jane.doe@example.com", Invocation: "request-1"}
	if _, err := decider.Decide(t.Context(), request.ID, caller, approval.Decision{Decision: "approve", Code: "confirmed", Meaning: "m", Reason: "r", Round: 1, Shown: view.Shown.SHA256}); err != nil {
		t.Fatal(err)
	}
	trail = &memory.Trail{Events: map[string][]verify.Invocation{"request-1": {{EventID: "e-1", Function: decideARN, At: at, ARN: janeARN, UserID: caller.UserID}}}}
	asked = &auditor.Audited{}
	t.Cleanup(func() { newVerifier = auditor.New })
	newVerifier = func(_ context.Context, config aws.Config, of auditor.Audited) (*verify.Verifier, error) {
		if *asked = of; config.Region != "eu-central-1" {
			t.Errorf("the region is %q", config.Region)
		}
		return &verify.Verifier{
			Store: bucket, Trail: trail, Bucket: "records", Prefix: "decisions/", Function: of.Function, Signers: signers, Now: func() time.Time { return at.Add(time.Hour) },
		}, nil
	}
	signIn(t, janesKey, secret)
	return bucket, trail, asked
}

var approvalID = approval.ID(approvalExecution)

// Requirements: P11-10c, P11-10e, P11-70
func TestVerifySaysWhatHolds(t *testing.T) {
	bucket, trail, asked := audit(t)
	code, stdout, stderr := clinicalrisk(t, "", "approvals", "--function", decideARN, "verify", approvalID)
	if code != 0 || stderr != "" || *asked != (auditor.Audited{Function: decideARN}) {
		t.Errorf("exit code %d, asked for %+v\n%s%s", code, *asked, stdout, stderr)
	}
	for _, part := range []string{
		"Approval " + approvalID + ", verified on 2026-03-01T04:00:00Z: holds\n", "Record s3://records/approvals/", "Round 1, approved by jane.doe@example.com, " + janeARN + ", on 2026-03-01T03:00:00Z",
		"COMPLIANCE until 2027-03-01T03:00:00Z; legal holds: 0", "event e-1 of 2026-03-01T03:00:00Z: " + janeARN + " invoked " + decideARN,
	} {
		if !strings.Contains(stdout, part) {
			t.Errorf("%q is not in\n%s", part, stdout)
		}
	}
	bucket.Hide(auditedPlace + "0.json")
	bucket.Put(auditedPlace+"\x1b[2K.json", nil)
	trail.Events, trail.From = nil, time.Date(2026, 3, 1, 3, 30, 0, 0, time.UTC)
	code, stdout, stderr = clinicalrisk(t, "", "approvals", "--function", decideARN, "verify", approvalID)
	if code != 1 || strings.Contains(stdout, "\x1b") || !strings.Contains(stderr, approvalID+": 17 checks hold, 1 do not hold, 1 are not verifiable") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	for _, part := range []string{"does not hold   versions of the decision records     ", auditedPlace + `\x1b[2K.json: an object that nobody reviewed`, "0.json: a delete marker", "not verifiable  invocation in the trail              "} {
		if !strings.Contains(stdout, part) {
			t.Errorf("%q is not in\n%s", part, stdout)
		}
	}
}

func TestVerifyPrintsJSON(t *testing.T) {
	bucket, _, _ := audit(t)
	for i := range 30 {
		bucket.Put(auditedPlace+"\x1b"+strings.Repeat("x", i), nil)
	}
	code, stdout, _ := clinicalrisk(t, "", "approvals", "--function", decideARN, "--json", "verify", approvalID)
	var report verify.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 1 || report.Result != verify.Fails || strings.Contains(stdout, "\x1b") {
		t.Fatalf("exit code %d, %v\n%s", code, err, stdout)
	}
	wrong := slices.IndexFunc(report.Records[0].Checks, func(c verify.Check) bool { return c.Result == verify.Fails })
	if n := len(report.Records[0].Checks[wrong].Findings); n != 30 {
		t.Errorf("%d findings, want 30", n)
	}
	_, stdout, _ = clinicalrisk(t, "", "approvals", "--function", decideARN, "verify", approvalID)
	if n := strings.Count(stdout, "that nobody reviewed"); n != longestFindings || !strings.Contains(stdout, "… and 10 more: --json shows all") {
		t.Errorf("%d findings in\n%s", n, stdout)
	}
}

func TestVerifyWithoutTheFunction(t *testing.T) {
	_, _, asked := audit(t)
	code, _, stderr := clinicalrisk(t, "", "approvals", "verify", approvalID, "--bucket", "records", "--trail-logs", "trail", "--trial", "T-1")
	if want := (auditor.Audited{Bucket: "records", Trial: "T-1", TrailLogs: "trail"}); code != 0 || *asked != want {
		t.Errorf("exit code %d, asked for %+v: %s", code, *asked, stderr)
	}
	t.Setenv("AWS_REGION", "")
	code, _, stderr = clinicalrisk(t, "", "approvals", "verify", approvalID, "--bucket", "records")
	if code != 2 || !strings.Contains(stderr, "set AWS_REGION") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestVerifyReportsWrongUse(t *testing.T) {
	audit(t)
	for want, arguments := range map[string][]string{
		"the id of an approval is ap-": {"verify", "nightly-7", "--function", decideARN},
		"--function must be the ARN":   {"verify", approvalID, "--function", "Decide"},
		"<id>":                         {"verify"},
	} {
		if code, stdout, stderr := clinicalrisk(t, "", append([]string{"approvals"}, arguments...)...); code != 2 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d\n%s%s", arguments, code, stdout, stderr)
		}
	}
	newVerifier = auditor.New
	refuse := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refusing(http.StatusForbidden, "AccessDeniedException")(w)
	}))
	t.Cleanup(refuse.Close)
	t.Setenv("AWS_ENDPOINT_URL", refuse.URL)
	code, _, stderr := clinicalrisk(t, "", "approvals", "--function", decideARN, "verify", approvalID)
	if code != 2 || !strings.Contains(stderr, "cannot read the configuration of "+decideARN+": Lambda GetFunctionConfiguration: AccessDeniedException: sign in") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	code, stdout, stderr := clinicalrisk(t, "", "approvals", "verify", approvalID, "--bucket", "records")
	if code != 1 || !strings.Contains(stdout, "not verifiable  approval records  the objects below s3://records/approvals/") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
