package test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	handlers "clinical-risk-pipeline/lambda/approval"
)

const askedPath = "CheckInput StartEMRJob InvokeModel CheckRisk RecordDecision NotifyTeam CheckTest RequestApproval "

// Requirements: SRC-20, P11-10f
func TestTheDecisionOfAPersonTakesItsBranch(t *testing.T) {
	for _, row := range []struct {
		reason string
		decide func(*asl.Task) (asl.Reply, error)
		path   string
	}{
		{"approved", deciding("approved"), askedPath + "ReadApproval CheckApproval StartReview End"},
		{"rejected", deciding("rejected"), askedPath + "ReadApproval CheckApproval NotApproved End"},
		{"an answer of another form is not an approval", answering(object{"decision": []any{"approved"}}), askedPath + "ReadApproval ApprovalNotRecorded"},
		{"an empty answer is not an approval", answering(nil), askedPath + "ReadApproval ApprovalNotRecorded"},
		{"nobody decides", hanging, askedPath + "EscalateApproval NotApproved End"},
		{"Lambda is busy at first", sometimes(3, failing("Lambda.TooManyRequestsException", "Rate exceeded"), deciding("approved")),
			askedPath + "ReadApproval CheckApproval StartReview End"},
		{"the function refuses the request", failing("InvalidRequest", "no"), strings.TrimSpace(askedPath)},
	} {
		t.Run(row.reason, func(t *testing.T) {
			got := execute(t, approvalPipeline(t), oneSubject, approvalServices("0.9", row.decide))
			if diff := cmp.Diff(row.path, join(got.Path())); diff != "" {
				t.Errorf("%s%s %s", diff, got.Error, got.Cause)
			}
		})
	}
}

func TestNobodyIsAskedAboutLowRisk(t *testing.T) {
	got := execute(t, approvalPipeline(t), oneSubject, approvalServices("0.1", failing("Asked", "?")))
	if got.Status != asl.Succeeded || slices.Contains(got.Path(), "RequestApproval") {
		t.Errorf("ended as %s by %v", got.Status, got.Path())
	}
}

// Requirements: SRC-20
func TestAMissedDeadlineIsReportedAndEndsAsNotApproved(t *testing.T) {
	var message object
	s := approvalServices("0.9", hanging).with("EscalateApproval", func(task *asl.Task) (asl.Reply, error) {
		message = inputOf(task)["Message"].(object)
		return asl.Reply{Output: object{"MessageId": "m-2"}}, nil
	})
	got := execute(t, approvalPipeline(t), oneSubject, s)
	if waited := got.Stop.Sub(got.Start); waited < 24*time.Hour || waited > 25*time.Hour {
		t.Errorf("waited %v", waited)
	}
	want := object{
		"message":     "Nobody decided on an approval before its deadline: it counts as not approved",
		"environment": "default", "trialId": "T-1", "execution": got.ARN,
	}
	if diff := cmp.Diff(want, message); diff != "" {
		t.Error(diff)
	}
	if decision := resultOf(got)["approval"]; !cmp.Equal(decision, object{"decision": "not approved", "reason": "deadline"}) {
		t.Errorf("decided %v", decision)
	}
}

// The test validates requests with the function's own rules, in package lambda/approval.
//
// Requirements: SRC-20, SRC-23
func TestTheFunctionAcceptsTheRequest(t *testing.T) {
	var asked object
	ask := func(task *asl.Task) (asl.Reply, error) {
		asked = inputOf(task)["Payload"].(object)
		return deciding("rejected")(task)
	}
	got := execute(t, approvalPipeline(t), oneSubject, approvalServices("0.9", ask))
	wantRequest(t, asked, got.ARN, "S-001", recordsOf(got)+"record.json")

	run := runCohort(t, cohortApprovalPipeline(t), line("S-0", 0.9)+line("S-1", 0.1), func(s services) services {
		return s.with("RequestApproval", ask)
	})
	wantRequest(t, asked, run.ARN, object{"subjects": 2.0, "scored": 2.0, "high": 1.0, "failed": 0.0}, recordsOf(run.Execution))
}

func wantRequest(t *testing.T, asked object, execution string, subjects any, place string) {
	t.Helper()
	if _, err := handlers.ParseRequest([]byte(text(asked))); err != nil {
		t.Errorf("the function refuses the request: %v", err)
	}
	deadline, err := time.Parse(time.RFC3339, asked["deadline"].(string))
	started, err2 := time.Parse(time.RFC3339, asked["startedAt"].(string))
	if wait := deadline.Sub(started); err != nil || err2 != nil || wait < 24*time.Hour || wait > 25*time.Hour {
		t.Errorf("the deadline is %v, %v after the start", asked["deadline"], wait)
	}
	if record := asked["record"].(string); !strings.HasPrefix(record, "s3://") || !strings.HasSuffix(record, place) {
		t.Errorf("the request names the records %s", record)
	}
	want := object{
		"taskToken": asked["taskToken"], "requestId": asked["requestId"], "execution": execution, "startedAt": asked["startedAt"],
		"redriveCount": 0.0, "retryCount": 0.0, "trialId": "T-1",
		"subjects": subjects, "record": asked["record"], "deadline": asked["deadline"],
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-01
func TestTheWholeCohortWorkflowWithEverything(t *testing.T) {
	got := runCohort(t, cohortApprovalPipeline(t), line("S-0", 0.9)+line("S-1", 0.1), func(s services) services {
		return s.with("RequestApproval", deciding("approved")).with("StartReview", answering(object{"ExecutionArn": "arn:review"}))
	})
	wantRun(t, got, "CheckInput StartEMRJob FindCohort CheckCohort ScoreCohort CheckRisk NotifyTeam CheckTest RequestApproval ReadApproval CheckApproval ForEachReview StartReview ToldReview CheckCoverage End", "")
}

func TestApprovalStatements(t *testing.T) {
	p := approvalPipeline(t)
	statements := p.statements(t)
	id, _ := p.one(t, "AWS::Lambda::Function", "RequestFunction")
	if diff := cmp.Diff(allow("RequestApproval", attribute(id, "Arn"), "lambda:InvokeFunction"), statements["RequestApproval"]); diff != "" {
		t.Error(diff)
	}
	want := allow("EscalateApproval", object{"Ref": "PipelineOperationsTopicE42ACECD"}, "sns:Publish")
	if diff := cmp.Diff(want, statements["EscalateApproval"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(any(pipelineKey), statements["TopicEncryption"]["Resource"]); diff != "" {
		t.Errorf("the key of both topics: %s", diff)
	}
}
