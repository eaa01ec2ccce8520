package test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
)

// trialPipeline is a pipeline for one subject whose extraction reads the tables of trials.
func trialPipeline(t *testing.T, name string, extraction func(awscdk.Stack, *risk.TrialData) risk.Extraction) *pipeline {
	t.Helper()
	return synthesize(t, "trial data, "+name, func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Cohort = nil
		p.Extraction = extraction(stack, &risk.TrialData{Tables: "s3://trials/tables/", LandmarkDays: 42, Profile: "s3://models/profile.json"})
		return p
	})
}

var packages = []string{"s3://code/jobs.zip", "s3://code/more.py"}

// started are the arguments of the job of an execution with this input: the first call of the execution.
func started(t *testing.T, p *pipeline, input object) object {
	t.Helper()
	var arguments object
	job := p.afterInput(t).(string)
	healthy := recordServices("0.1", recordStore{})
	watched := healthy.with(job, func(task *asl.Task) (asl.Reply, error) {
		arguments = inputOf(task)
		return healthy[job](task)
	})
	if got := p.run(t, input, asl.Options{Handler: watched, Name: "run-1", Start: instant("2026-11-25T23:30:00-02:00")}); got.Status != asl.Succeeded {
		t.Fatalf("ended as %s with %q", got.Status, got.Error)
	}
	return arguments
}

// Requirements: SRC-06
func TestTheDataOfATrialReachEveryExtraction(t *testing.T) {
	want := []any{
		"--input", "s3://trials/tables/T-1/", "--landmark", "42", "--cut-date", "2026-11-01", "--blinded", "true", "--profile", "s3://models/profile.json",
	}
	input := object{"subject": "S-1", "trialId": "T-1", "cutDate": "2026-11-01", "transformed_features": object{"age": 1.0}}

	step := started(t, trialPipeline(t, "EMR", func(_ awscdk.Stack, data *risk.TrialData) risk.Extraction {
		return risk.EMRStep{ClusterID: "j-ABC123", Script: "s3://code/etl.py", PyFiles: packages, Data: data}
	}), input)["Step"].(object)["HadoopJarStep"].(object)["Args"].([]any)
	if diff := cmp.Diff(slices.Concat([]any{"spark-submit", "--py-files", "s3://code/jobs.zip,s3://code/more.py", "s3://code/etl.py"}, want), step[:len(want)+4]); diff != "" {
		t.Error(diff)
	}

	job := started(t, trialPipeline(t, "EMR Serverless", func(stack awscdk.Stack, data *risk.TrialData) risk.Extraction {
		role := awsiam.Role_FromRoleArn(stack, jsii.String("etl"), jsii.String(jobRole), nil)
		return risk.EMRServerlessJob{ApplicationID: "00f1", ExecutionRole: role, Script: "s3://code/etl.py", PyFiles: packages, Data: data}
	}), input)["JobDriver"].(object)["SparkSubmit"].(object)
	if diff := cmp.Diff(want, job["EntryPointArguments"].([]any)[:len(want)]); diff != "" || job["SparkSubmitParameters"] != "--py-files s3://code/jobs.zip,s3://code/more.py" {
		t.Errorf("%s, parameters %v", diff, job["SparkSubmitParameters"])
	}

	glue := started(t, trialPipeline(t, "Glue", func(_ awscdk.Stack, data *risk.TrialData) risk.Extraction {
		return risk.GlueJob{JobName: "etl", PyFiles: packages, Data: data}
	}), input)["Arguments"].(object)
	delete(glue, "--trial_id")
	delete(glue, "--run_id")
	if diff := cmp.Diff(object{
		"--input": "s3://trials/tables/T-1/", "--landmark": "42", "--cut_date": "2026-11-01", "--blinded": "true", "--profile": "s3://models/profile.json",
		"--extra-py-files": "s3://code/jobs.zip,s3://code/more.py",
	}, glue); diff != "" {
		t.Error(diff)
	}
}

// The cut date is that of the input, or that of the props, or the day on which the execution started.
//
// Requirements: SRC-06
func TestTheCutDateOfAnExecution(t *testing.T) {
	for reason, row := range map[string]struct{ prop, input, want string }{
		"the input":                {"2026-10-01", "2026-11-01", "2026-11-01"},
		"the props":                {"2026-10-01", "", "2026-10-01"},
		"the start, in UTC":        {"", "", "2026-11-26"},
		"the input, not the start": {"", "2026-11-01", "2026-11-01"},
	} {
		t.Run(reason, func(t *testing.T) {
			p := trialPipeline(t, reason, func(_ awscdk.Stack, data *risk.TrialData) risk.Extraction {
				data.CutDate, data.Unblinded = row.prop, true
				return risk.GlueJob{JobName: "etl", Data: data}
			})
			input := object{"subject": "S-1", "trialId": "T-1", "transformed_features": object{"age": 1.0}}
			if row.input != "" {
				input["cutDate"] = row.input
			}
			got := started(t, p, input)["Arguments"].(object)
			if got["--cut_date"] != row.want || got["--blinded"] != "false" {
				t.Errorf("got %v and blinded %v, want %s and false", got["--cut_date"], got["--blinded"], row.want)
			}
		})
	}
}
