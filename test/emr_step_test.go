package test

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-03, SRC-06
func TestStartEMRJob(t *testing.T) {
	got := smallestPipeline(t).state(t, "StartEMRJob")
	want := object{
		"Type":     "Task",
		"Comment":  "Prepares the features on the cluster.",
		"Resource": "arn:aws:states:::elasticmapreduce:addStep.sync",
		"Arguments": object{
			"ClusterId": "j-ABC123",
			"Step": object{
				"Name":            "Clinical risk features",
				"ActionOnFailure": "CONTINUE",
				"HadoopJarStep": object{
					"Jar":  "command-runner.jar",
					"Args": append([]any{"spark-submit", "s3://bucket/etl.py"}, runArguments...),
				},
			},
		},
		"TimeoutSeconds": 14400.0,
		"Retry":          []any{retrier(5, 5, 120, "EMR.AmazonElasticMapReduceException")},
		"Output":         "{% $states.input %}", // the step's result would replace the features
		"Next":           "InvokeModel",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStartEMRJobCommandAndTimeout(t *testing.T) {
	p := synthesize(t, "spark arguments", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Extraction = risk.EMRStep{
			ClusterID: "j-ABC123", Script: "s3://bucket/etl.py", Timeout: time.Hour,
			SparkArguments: []string{"--deploy-mode", "cluster"}, Arguments: []string{"--cutoff", "{% $states.input.cutoff %}"},
		}
	}))
	state := p.state(t, "StartEMRJob")
	got := state["Arguments"].(object)["Step"].(object)["HadoopJarStep"].(object)["Args"]
	want := append([]any{"spark-submit", "--deploy-mode", "cluster", "s3://bucket/etl.py", "--cutoff", "{% $states.input.cutoff %}"},
		runArguments...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if state["TimeoutSeconds"] != 3600.0 {
		t.Errorf("TimeoutSeconds is %v, want 3600", state["TimeoutSeconds"])
	}
	if whole := p.definition["TimeoutSeconds"]; whole != 3*3600.0 {
		t.Errorf("the execution's TimeoutSeconds is %v, want two hours more than the step's", whole)
	}
}
