package call_test

import (
	"errors"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestJobs(t *testing.T) {
	for _, row := range []struct {
		resource, parameters string
		answers              []answer
		paths                string
		result               string
		fails                bool
	}{
		{"arn:aws:states:::glue:startJobRun.sync", `{"JobName":"j"}`, []answer{{body: `{"JobRunId":"r"}`}, {body: `{"JobRun":{"JobRunState":"RUNNING"}}`}, {body: `{"JobRun":{"Id":"r","JobRunState":"SUCCEEDED"}}`}},
			"StartJobRun GetJobRun GetJobRun", `{"Id":"r","JobRunState":"SUCCEEDED"}`, false},
		{"arn:aws:states:::glue:startJobRun.sync", `{"JobName":"j"}`, []answer{{body: `{"JobRunId":"r"}`}, {body: `{"JobRun":{"JobRunState":"FAILED"}}`}}, "StartJobRun GetJobRun", `{"JobRunState":"FAILED"}`, true},
		{"arn:aws:states:::elasticmapreduce:addStep.sync", `{"ClusterId":"j","Step":{}}`, []answer{{body: `{"StepIds":["s"]}`}, {body: `{"Step":{"Status":{"State":"COMPLETED"}}}`}},
			"AddJobFlowSteps DescribeStep", `"Step":{"Status":{"State":"COMPLETED"}}`, false},
		{"arn:aws:states:::emr-serverless:startJobRun.sync", `{"ApplicationId":"a","ExecutionRoleArn":"r"}`, []answer{{body: `{"applicationId":"a","jobRunId":"j"}`}, {body: `{"jobRun":{"state":"SUCCESS"}}`}},
			"/applications/a/jobruns /applications/a/jobruns/j", `"JobRun":{"State":"SUCCESS"}`, false},
	} {
		t.Run(row.resource, func(t *testing.T) {
			address, requests := service(t, row.answers...)
			result, err := do(t, address, row.resource, row.parameters)
			if row.fails {
				fault, ok := errors.AsType[*asl.Error](err)
				if !ok || fault.Name != asl.ErrTaskFailed {
					t.Fatalf("got %v", err)
				}
				result = fault.Cause
			} else if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(result, row.result) {
				t.Errorf("result %s", result)
			}
			var paths []string
			for _, r := range *requests {
				_, operation, _ := strings.Cut(r.header.Get("X-Amz-Target"), ".")
				if operation == "" {
					operation = r.path
				}
				paths = append(paths, operation)
			}
			if got := strings.Join(paths, " "); got != row.paths {
				t.Errorf("requests %s, want %s", got, row.paths)
			}
		})
	}
	if _, err := do(t, "http://127.0.0.1:1", "arn:aws:states:::batch:submitJob.sync", `{}`); err == nil {
		t.Error("a job of an unknown service starts")
	}
	if _, err := do(t, "http://127.0.0.1:1", "arn:aws:states:::athena:startQueryExecution.sync", `{}`); err == nil || !strings.Contains(err.Error(), "--stubs") {
		t.Errorf("a job that cannot be followed: %v", err)
	}
}
