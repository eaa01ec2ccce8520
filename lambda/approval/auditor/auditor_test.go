package auditor

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/internal/awstest"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

const (
	execution      = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	adaARN         = "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com"
	decideFunction = "arn:aws:lambda:eu-central-1:123456789012:function:Decide"
	janeARN        = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane@example.com"
)

var (
	startedAt = time.Now().Add(-2 * time.Second).UTC().Truncate(time.Millisecond)
	place     = workflow.RecordsOf("T-1", execution, startedAt.Format("2006-01-02T15:04:05.000Z"))
	firstKey  = place + "1.json"
)

// audited is AWS with a decision that Jane signed a second ago.
type audited struct {
	*testing.T
	*awstest.Server
	config aws.Config
	key    string // of the approval record
}

func newAudited(t *testing.T) *audited {
	a := &audited{T: t, Server: awstest.Start(t)}
	var err error
	if a.config, err = config.LoadDefaultConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Objects[firstKey] = `{"subjects": [{"subject": "S-0042", "score": 0.81, "branch": "alert"}], "notScored": []}`
	now := startedAt.Add(time.Second)
	decider := approval.Decider{
		Store: &memory.Store{}, Tasks: &memory.Tasks{Waiting: map[string]bool{"token": true}}, Starts: memory.Starts{{ARN: adaARN}},
		Records: approval.Records{Objects: cloud.Objects{Client: s3.NewFromConfig(a.config), Bucket: "records"}, Bucket: "records", Prefix: "decisions/"},
		Signers: approval.Signers{Approvers: []string{"arn:aws:iam::123456789012:role/TrialLead"}},
		Now:     func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}
	request := &approval.Approval{ID: approval.ID(execution), Round: 1, RequestedAt: now, Request: approval.Request{
		TaskToken: "token", Execution: execution, RequestID: strings.Repeat("0", 64), StartedAt: startedAt, TrialID: "T-1", Subjects: approval.Subjects{ID: "S-0042"},
		Record: "s3://records/" + place, Deadline: now.Add(time.Hour),
	}}
	if err := decider.Store.Put(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	view, err := decider.Show(t.Context(), request.ID)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := decider.Decide(t.Context(), request.ID, approval.Caller{ARN: janeARN, UserID: "AROA:jane@example.com", Invocation: "request-1"},
		approval.Decision{Decision: "approve", Code: "confirmed", Meaning: "m", Reason: "r", Round: 1, Shown: view.Shown.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	a.key = strings.TrimPrefix(outcome.Record, "s3://records/")
	a.Audit = awstest.Audit{
		Written: now, Checksums: map[string]string{}, Invocations: []string{"?", invoked("e-1", janeARN, now), strings.Replace(invoked("e-2", adaARN, now), "request-1", "request-2", 1)},
		Variables: map[string]string{
			approval.EnvTable: "requests", approval.EnvBucket: "records", approval.EnvBucketOwner: "123456789012", approval.EnvPrefix: "decisions/",
			approval.EnvApprovers: "arn:aws:iam::123456789012:role/TrialLead", approval.EnvTrailLogs: "trail",
		},
	}
	return a
}

// invoked is the trail's event of an invocation of the alias "live".
func invoked(eventID, by string, at time.Time) string {
	return fmt.Sprintf(`{"eventID": "%s", "eventSource": "lambda.amazonaws.com", "eventName": "Invoke", "eventTime": "%s", "requestID": "request-1",
		"userIdentity": {"type": "AssumedRole", "principalId": "AROA:jane@example.com", "arn": "%s"}, "requestParameters": {"functionName": "Decide"},
		"resources": [{"type": "AWS::Lambda::Function", "ARN": "%s:live"}], "responseElements": null}`, eventID, at.UTC().Format(time.RFC3339), by, decideFunction)
}

// verify returns the checks that do not hold, with their findings.
func (a *audited) verify(of Audited) []string {
	a.Helper()
	v, err := New(a.Context(), a.config, of)
	if err != nil {
		a.Fatal(err)
	}
	report, err := v.Verify(a.Context(), approval.ID(execution))
	if err != nil {
		a.Fatal(err)
	}
	var bad []string
	checks := report.Checks
	for _, r := range report.Records {
		checks = append(checks, r.Checks...)
	}
	for _, c := range checks {
		if c.Result != verify.Holds {
			bad = append(bad, fmt.Sprintf("%s: %s: %s", c.Name, c.Result, strings.Join(c.Findings, "; ")))
		}
	}
	return bad
}

// Requirements: P11-10c, P11-10e, P11-70
func TestAnAuditorVerifiesADecisionWithTheRealClients(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*audited)
		of     Audited // default: the function
		want   string  // the start of the one finding; empty: everything holds
	}{
		"everything holds":       {},
		"a byte of the record":   {change: func(a *audited) { a.Audit.Checksums[a.key] = base64.StdEncoding.EncodeToString(make([]byte, 32)) }, want: "bytes of the record: does not hold: the SHA-256 is "},
		"a changed decision":     {change: func(a *audited) { a.Objects[firstKey] = strings.ToUpper(a.Objects[firstKey]) }, want: "bytes of the decision records: does not hold: " + firstKey},
		"a missing decision":     {change: func(a *audited) { delete(a.Objects, firstKey) }, want: "bytes of the decision records: does not hold: " + firstKey + ": version version-1 does not exist"},
		"a hidden decision":      {change: func(a *audited) { a.Audit.Hidden = []string{firstKey} }, want: "versions of the decision records: does not hold: " + firstKey + ": a delete marker"},
		"another decision":       {change: func(a *audited) { a.Objects[place+"2.json"] = "{}" }, want: "versions of the decision records: does not hold: " + place + "2.json"},
		"a record without lock":  {change: func(a *audited) { a.Audit.Unlocked = []string{a.key} }, want: "lock of the record: does not hold: "},
		"another caller":         {change: func(a *audited) { a.Audit.Invocations[1] = invoked("e-1", adaARN, a.Audit.Written) }, want: "invocation in the trail: does not hold: event e-1: " + adaARN},
		"no event, so soon":      {change: func(a *audited) { a.Audit.Invocations = nil }, want: "invocation in the trail: not verifiable: no event with the request id request-1 yet"},
		"another log group":      {of: Audited{Function: decideFunction, TrailLogs: "elsewhere"}, want: "invocation in the trail: not verifiable: no event with the request id request-1, and how long"},
		"short locks":            {change: func(a *audited) { a.Audit.Kept = 364 * day }, want: "lock"},
		"a refused list":         {change: func(a *audited) { a.Audit.Refused = []string{"ListObjectVersions"} }, want: "approval records: not verifiable: the objects below s3://records/approvals/"},
		"refused locks":          {change: func(a *audited) { a.Audit.Refused = []string{"GetObjectLockConfiguration"} }, want: "lock"},
		"a refused retention":    {change: func(a *audited) { a.Audit.Refused = []string{"GetObjectRetention"} }, want: "lock"},
		"a refused legal hold":   {change: func(a *audited) { a.Audit.Refused = []string{"GetObjectLegalHold"} }, want: "lock"},
		"another trial":          {of: Audited{Function: decideFunction, Trial: "T-2"}, want: "approval records: does not hold: no record of "},
		"no configuration":       {of: Audited{Bucket: "records", TrailLogs: "trail"}, want: "approver: not verifiable: the approvers are not known"},
		"a refused settings":     {change: func(a *audited) { a.Audit.Refused = []string{"GetFunctionConfiguration"} }, of: Audited{Function: decideFunction, Bucket: "records", TrailLogs: "trail"}, want: "approver: not verifiable: the approvers are not known"},
		"an empty environment":   {change: func(a *audited) { a.Audit.Variables = nil }, of: Audited{Function: decideFunction, Bucket: "records", TrailLogs: "trail"}, want: "approver: not verifiable: the approvers are not known"},
		"a record of last month": {change: func(a *audited) { a.Audit.Written = a.Audit.Written.Add(-40 * day) }, want: "order in time: does not hold: "},
	} {
		t.Run(reason, func(t *testing.T) {
			a := newAudited(t)
			if row.change != nil {
				row.change(a)
			}
			if row.of == (Audited{}) {
				row.of.Function = decideFunction
			}
			got := a.verify(row.of)
			if len(got) == 0 != (row.want == "") || len(got) > 0 && !strings.HasPrefix(got[0], row.want) || len(got) > 1 && row.want != "lock" {
				t.Errorf("got\n%s\nwant %s", strings.Join(got, "\n"), row.want)
			}
		})
	}
}

func TestAnAuditorNeedsTheBucketOrTheConfiguration(t *testing.T) {
	a := newAudited(t)
	a.Audit.Refused = []string{"GetFunctionConfiguration"}
	if _, err := New(t.Context(), a.config, Audited{Function: decideFunction}); err == nil || !strings.Contains(err.Error(), "cannot read the configuration of "+decideFunction) {
		t.Errorf("got %v", err)
	}
}

// auditorActions are the permissions for the calls of an auditor.
var auditorActions = map[string]string{
	"GetFunctionConfiguration": "lambda:GetFunctionConfiguration", "ListObjectVersions": "s3:ListBucketVersions", "GetObject": "s3:GetObjectVersion",
	"GetObjectRetention": "s3:GetObjectRetention", "GetObjectLegalHold": "s3:GetObjectLegalHold",
	"GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration", "FilterLogEvents": "logs:FilterLogEvents", "DescribeLogGroups": "logs:DescribeLogGroups",
}

func TestTheDocumentationHasThePermissionsOfAnAuditor(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	a := newAudited(t)
	a.Calls, a.Audit.Invocations = nil, nil
	a.verify(Audited{Function: decideFunction})
	made := map[string]bool{}
	for _, call := range a.Calls {
		made[call] = true
		if action, ok := auditorActions[call]; !ok || !strings.Contains(string(text), "`"+action+"`") {
			t.Errorf("%s needs %q, which docs/operate.md does not list", call, action)
		}
	}
	if len(made) != len(auditorActions) {
		t.Errorf("made the calls %v, want all of %v", made, auditorActions)
	}
}

// A request id from a record becomes part of the pattern.
func TestInvocationsSearchesForNoIDThatChangesThePattern(t *testing.T) {
	for _, id := range []string{"", `a" || $.eventName = "b`, "*"} {
		if _, err := (Invocations{}).Invocations(t.Context(), id, time.Time{}); err == nil || !strings.Contains(err.Error(), "not the request id") {
			t.Errorf("%q: got %v", id, err)
		}
	}
}

func TestSinceIsWhatTheLogGroupKeeps(t *testing.T) {
	a := newAudited(t)
	v, err := New(t.Context(), a.config, Audited{Function: decideFunction})
	if err != nil {
		t.Fatal(err)
	}
	since, err := v.Trail.Since(t.Context())
	if diff := time.Until(since) + 30*day; err != nil || diff.Abs() > time.Minute {
		t.Errorf("got %s, %v", since, err)
	}
}

func TestVersionsHaveDeleteMarkers(t *testing.T) {
	a := newAudited(t)
	a.Audit.Hidden = []string{firstKey}
	got, err := Versions{s3.NewFromConfig(a.config), "records"}.Versions(t.Context(), firstKey)
	if err != nil {
		t.Fatal(err)
	}
	at := a.Audit.Written.UTC().Truncate(time.Millisecond)
	want := []verify.Version{{Key: firstKey, ID: "marker-1", Deleted: true, Modified: at}, {Key: firstKey, ID: "version-1", Modified: at}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
