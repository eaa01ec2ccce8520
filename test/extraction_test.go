package test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-06
func TestEMRServerlessJob(t *testing.T) {
	p := serverlessPipeline(t)
	want := object{
		"Type":     "Task",
		"Comment":  "Prepares the features on EMR Serverless.",
		"Resource": "arn:aws:states:::emr-serverless:startJobRun.sync",
		"Arguments": object{
			"Name":                    "clinical-risk-features",
			"ApplicationId":           "00f1a2b3c4",
			"ExecutionRoleArn":        jobRole,
			"ExecutionTimeoutMinutes": 2.0, // a minute and a half, rounded up
			"JobDriver": object{"SparkSubmit": object{
				"EntryPoint":            "s3://bucket/etl.py",
				"EntryPointArguments":   append([]any{"--cutoff", "2026-11-01"}, runArguments...),
				"SparkSubmitParameters": "--conf spark.executor.memory=8g",
			}},
			"ConfigurationOverrides": object{"MonitoringConfiguration": object{
				"S3MonitoringConfiguration": object{"LogUri": "s3://bucket/logs/"},
			}},
		},
		"TimeoutSeconds": 90.0,
		"Retry": []any{retrier(5, 5, 120, "EMRServerless.EMRServerlessException", "EMRServerless.ThrottlingException",
			"EMRServerless.ConflictException", "EMRServerless.InternalServerException")},
		"Output": "{% $states.input %}",
		"Next":   "InvokeModel",
	}
	if diff := cmp.Diff(want, p.state(t, "StartEMRServerlessJob")); diff != "" {
		t.Error(diff)
	}
	if start := p.afterInput(t); start != "StartEMRServerlessJob" {
		t.Errorf("starts at %v", start)
	}
}

func TestEMRServerlessJobStatements(t *testing.T) {
	pass := allow("StartEMRServerlessJobRole", jobRole, "iam:PassRole")
	pass["Condition"] = object{"StringEquals": object{"iam:PassedToService": "emr-serverless.amazonaws.com"}}
	wantStatements(t, serverlessPipeline(t), map[string]object{
		"StartEMRServerlessJob": allow("StartEMRServerlessJob",
			arn("emr-serverless", "/applications/00f1a2b3c4"), "emr-serverless:StartJobRun"),
		"StartEMRServerlessJobRun": allow("StartEMRServerlessJobRun",
			arn("emr-serverless", "/applications/00f1a2b3c4/jobruns/*"), []any{"emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"}),
		"StartEMRServerlessJobRole": pass,
		"StartEMRServerlessJobEvents": allow("StartEMRServerlessJobEvents",
			arn("events", "rule/StepFunctionsGetEventsForEMRServerlessJobRule"), manageRule),
	})
}

// Requirements: SRC-06
func TestGlueJob(t *testing.T) {
	want := object{
		"Type":     "Task",
		"Comment":  "Prepares the features on Glue.",
		"Resource": "arn:aws:states:::glue:startJobRun.sync",
		"Arguments": object{
			"JobName": "etl",
			"Timeout": 60.0, // minutes; the default of Glue is two days
			"Arguments": object{
				"--cutoff":   "2026-11-01",
				"--trial_id": runArguments[1], // getResolvedOptions takes no hyphens
				"--run_id":   runArguments[3],
			},
		},
		"TimeoutSeconds": 3600.0,
		"Retry": []any{retrier(5, 5, 120, "Glue.AWSGlueException", "Glue.ConcurrentRunsExceededException",
			"Glue.ResourceNumberLimitExceededException")},
		"Output": "{% $states.input %}",
		"Next":   "InvokeModel",
	}
	if diff := cmp.Diff(want, gluePipeline(t).state(t, "StartGlueJob")); diff != "" {
		t.Error(diff)
	}
}

// A script on Glue reads its arguments with getResolvedOptions, which takes underscores only.
func TestNamesOfGlueArguments(t *testing.T) {
	p := synthesize(t, "Glue cohort", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Extraction = risk.GlueJob{JobName: "etl"}
		return p
	})
	arguments := p.state(t, "StartGlueJob")["Arguments"].(object)["Arguments"].(object)
	if got, want := join(slices.Sorted(maps.Keys(arguments))), "--output --run_id --trial_id"; got != want {
		t.Errorf("arguments %s, want %s", got, want)
	}
}

func TestGlueJobStatements(t *testing.T) {
	wantStatements(t, gluePipeline(t), map[string]object{
		"StartGlueJob": allow("StartGlueJob", arn("glue", "job/etl"),
			[]any{"glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"}),
	})
}

// Requirements: SRC-06
func TestNoExtraction(t *testing.T) {
	p := synthesize(t, "no extraction", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Extraction = risk.NoExtraction{}
	}))
	if start := p.afterInput(t); start != "InvokeModel" {
		t.Errorf("starts at %v", start)
	}
	if p.definition["TimeoutSeconds"] != 7200.0 {
		t.Errorf("TimeoutSeconds is %v, want two hours", p.definition["TimeoutSeconds"])
	}
	wantStatements(t, p, nil)
}

// wantStatements compares the statements that a pipeline has besides those of every pipeline.
func wantStatements(t *testing.T, p *pipeline, want map[string]object) {
	t.Helper()
	got := p.statements(t)
	for _, name := range []string{"InvokeModel", "NotifyTeam", "TopicEncryption", "ExecutionEncryption", "LogEncryption", "Logging", "Tracing"} {
		if got[name] == nil {
			t.Errorf("the statement %s is missing", name)
		}
		delete(got, name)
	}
	if len(want) == 0 {
		want = map[string]object{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// afterInput is the state that follows the check of the input.
func (p *pipeline) afterInput(t *testing.T) any {
	t.Helper()
	if p.definition["StartAt"] != "CheckInput" {
		t.Errorf("starts at %v", p.definition["StartAt"])
	}
	return p.state(t, "CheckInput")["Choices"].([]any)[0].(object)["Next"]
}
