package test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// Requirements: P11-10f, P11-10h, P11-70
func TestReadApproval(t *testing.T) {
	state := approvalPipeline(t).state(t, "ReadApproval")
	delete(state, "Output")
	want := object{
		"Type": "Task", "Comment": "Reads the record of the decision: a callback alone approves nothing.",
		"Resource": "arn:aws:states:::aws-sdk:s3:getObject",
		"Arguments": object{
			"Bucket":              state["Arguments"].(object)["Bucket"],
			"ExpectedBucketOwner": localAccount,
			"Key":                 `{% "approvals/" & (` + strings.Trim(trialID, "{% }") + `) & "/" & $states.input.approval.requestId & ".json" %}`,
			"VersionId":           `{% $states.input.approval.recordVersion != "" ? $states.input.approval.recordVersion : $error("The decision names no version of its record.") %}`,
			"Range":               "bytes=0-159999",
		},
		"TimeoutSeconds": 10.0,
		"Retry": []any{
			never("States.QueryEvaluationError", "S3.NoSuchKeyException", "S3.NoSuchVersionException", "S3.NoSuchBucketException", "S3.InvalidObjectStateException"),
			retrier(8, 2, 120, "States.TaskFailed", "States.Timeout"),
		},
		"Catch": []any{object{
			"ErrorEquals": []any{"S3.NoSuchKeyException", "S3.NoSuchVersionException", "S3.S3Exception", "States.QueryEvaluationError"},
			"Output":      "{% $states.input %}", "Next": "ApprovalNotRecorded",
		}},
		"Next": "CheckApproval",
	}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Error(diff)
	}
}

// The record of a large cohort is longer than a state's data may be.
//
// Requirements: P11-70
func TestALongRecordOfADecisionIsRead(t *testing.T) {
	a := &approvers{store: recordStore{}}
	approve := func(task *asl.Task) (asl.Reply, error) {
		reply, err := a.deciding("approved")(task)
		for key := range a.store {
			a.store[key] = recordText(a.recordOf("approved", 5000))
			if len(a.store[key]) < 1<<20 {
				t.Errorf("the record has only %d bytes", len(a.store[key]))
			}
		}
		return reply, err
	}
	got := execute(t, approvalPipeline(t), oneSubject, approvalServices("0.9", approve).with("ReadApproval", a.version))
	if path := join(got.Path()); path != askedPath+"ReadApproval CheckApproval StartReview End" {
		t.Errorf("went %s and ended with %s: %s", path, got.Error, got.Cause)
	}
}

// An outage of S3 does not undo a decision: a redrive reads the record again.
//
// Requirements: SRC-05
func TestAnOutageWhileTheApprovalIsReadKeepsItsName(t *testing.T) {
	got := execute(t, approvalPipeline(t), oneSubject, approvalServices("0.9", deciding("approved")).
		with("ReadApproval", failing("S3.SdkClientException", "no answer")))
	if got.Error != "S3.SdkClientException" || !strings.HasSuffix(join(got.Path()), "ReadApproval") {
		t.Errorf("went %s and ended with %q", join(got.Path()), got.Error)
	}
}

// A retry asks for the same decision, a redrive for another one.
//
// Requirements: P11-70
func TestTheIDOfARequest(t *testing.T) {
	var ids []string
	note := func(task *asl.Task) (asl.Reply, error) {
		ids = append(ids, inputOf(task)["Payload"].(object)["requestId"].(string))
		return failing("Lambda.ServiceException", "busy")(task)
	}
	services := approvalServices("0.9", note)
	machine, err := asl.Load(approvalPipeline(t).machine.Definition)
	if err != nil {
		t.Fatal(err)
	}
	options := asl.Options{Handler: services, Name: "run-1", Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	failed, err := machine.Run(t.Context(), oneSubject, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := machine.Redrive(t.Context(), failed, options); err != nil {
		t.Fatal(err)
	}
	if len(ids) != 14 || ids[0] != ids[6] || ids[7] != ids[13] || ids[0] == ids[7] || len(ids[0]) != 64 {
		t.Errorf("asked with the ids %v", ids)
	}
}
