package test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/risk"
)

// everyFieldChangesTheTemplate changes each field of a part of the props and fails where the template stays the same. Every field
// needs a change.
func everyFieldChangesTheTemplate[T any](t *testing.T, base func(awscdk.Stack) T,
	in func(*risk.ClinicalRiskPipelineProps, T), changes map[string]func(awscdk.Stack, *T)) {
	t.Helper()
	part := reflect.TypeFor[T]()
	variant := func(name string, change func(awscdk.Stack, *T)) string {
		return text(synthesize(t, part.Name()+" "+name, func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
			p, value := cohortProps(stack), base(stack)
			p.Cohort = nil
			change(stack, &value)
			in(p, value)
			return p
		}).template)
	}
	unchanged := variant("unchanged", func(awscdk.Stack, *T) {})
	for _, field := range reflect.VisibleFields(part) {
		change := changes[field.Name]
		if change == nil {
			t.Errorf("%s.%s needs a change", part.Name(), field.Name)
		} else if variant(field.Name, change) == unchanged {
			t.Errorf("%s.%s does not change the template", part.Name(), field.Name)
		}
	}
}

func asExtraction[T risk.Extraction](p *risk.ClinicalRiskPipelineProps, e T) { p.Extraction = e }

func asDownstream[T risk.Downstream](p *risk.ClinicalRiskPipelineProps, d T) {
	p.Downstream = []risk.Downstream{d}
}

func TestEveryFieldOfAnExtractionChangesTheTemplate(t *testing.T) {
	everyFieldChangesTheTemplate(t,
		func(awscdk.Stack) risk.EMRStep {
			return risk.EMRStep{ClusterID: "j-ABC123", Script: "s3://bucket/etl.py"}
		},
		asExtraction, map[string]func(awscdk.Stack, *risk.EMRStep){
			"ClusterID":      func(_ awscdk.Stack, s *risk.EMRStep) { s.ClusterID = "j-OTHER" },
			"Script":         func(_ awscdk.Stack, s *risk.EMRStep) { s.Script = "s3://bucket/other.py" },
			"SparkArguments": func(_ awscdk.Stack, s *risk.EMRStep) { s.SparkArguments = []string{"--verbose"} },
			"Arguments":      func(_ awscdk.Stack, s *risk.EMRStep) { s.Arguments = []string{"--cutoff"} },
			"PyFiles":        func(_ awscdk.Stack, s *risk.EMRStep) { s.PyFiles = []string{"s3://bucket/jobs.zip"} },
			"Data":           func(_ awscdk.Stack, s *risk.EMRStep) { s.Data = &risk.TrialData{Tables: "s3://bucket/tables/"} },
			"Timeout":        func(_ awscdk.Stack, s *risk.EMRStep) { s.Timeout = time.Hour },
		})
	role := func(stack awscdk.Stack, name string) awsiam.IRole {
		return awsiam.Role_FromRoleArn(stack, &name, jsii.String("arn:aws:iam::123456789012:role/"+name), nil)
	}
	everyFieldChangesTheTemplate(t,
		func(stack awscdk.Stack) risk.EMRServerlessJob {
			return risk.EMRServerlessJob{ApplicationID: "00f1", ExecutionRole: role(stack, "etl"), Script: "s3://bucket/etl.py"}
		},
		asExtraction, map[string]func(awscdk.Stack, *risk.EMRServerlessJob){
			"ApplicationID":  func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.ApplicationID = "00f2" },
			"ExecutionRole":  func(stack awscdk.Stack, j *risk.EMRServerlessJob) { j.ExecutionRole = role(stack, "other") },
			"Script":         func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.Script = "s3://bucket/other.py" },
			"SparkArguments": func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.SparkArguments = []string{"--verbose"} },
			"Arguments":      func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.Arguments = []string{"--cutoff"} },
			"LogURI":         func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.LogURI = "s3://bucket/logs/" },
			"PyFiles":        func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.PyFiles = []string{"s3://bucket/jobs.zip"} },
			"Data": func(_ awscdk.Stack, j *risk.EMRServerlessJob) {
				j.Data = &risk.TrialData{Tables: "s3://bucket/tables/"}
			},
			"Timeout": func(_ awscdk.Stack, j *risk.EMRServerlessJob) { j.Timeout = time.Hour },
		})
	everyFieldChangesTheTemplate(t,
		func(awscdk.Stack) risk.GlueJob { return risk.GlueJob{JobName: "etl"} },
		asExtraction, map[string]func(awscdk.Stack, *risk.GlueJob){
			"JobName":   func(_ awscdk.Stack, j *risk.GlueJob) { j.JobName = "other" },
			"Arguments": func(_ awscdk.Stack, j *risk.GlueJob) { j.Arguments = map[string]string{"--cutoff": "1"} },
			"PyFiles":   func(_ awscdk.Stack, j *risk.GlueJob) { j.PyFiles = []string{"s3://bucket/jobs.zip"} },
			"Data":      func(_ awscdk.Stack, j *risk.GlueJob) { j.Data = &risk.TrialData{Tables: "s3://bucket/tables/"} },
			"Timeout":   func(_ awscdk.Stack, j *risk.GlueJob) { j.Timeout = time.Hour },
		})
}

// Requirements: SRC-07
func TestEveryFieldOfTheContainerChangesTheTemplate(t *testing.T) {
	everyFieldChangesTheTemplate(t,
		func(awscdk.Stack) risk.Container { return risk.Container{} },
		func(p *risk.ClinicalRiskPipelineProps, c risk.Container) { p.Container = &c },
		map[string]func(awscdk.Stack, *risk.Container){
			"Answer":  func(_ awscdk.Stack, c *risk.Container) { c.Answer = risk.AnswerPairs },
			"Columns": func(_ awscdk.Stack, c *risk.Container) { c.Columns = []string{"age"} },
		})
}

// Requirements: SRC-06
func TestEveryFieldOfTheDataChangesTheTemplate(t *testing.T) {
	everyFieldChangesTheTemplate(t,
		func(awscdk.Stack) risk.TrialData { return risk.TrialData{Tables: "s3://bucket/tables/"} },
		func(p *risk.ClinicalRiskPipelineProps, d risk.TrialData) {
			p.Extraction = risk.EMRStep{ClusterID: "j-ABC123", Script: "s3://bucket/etl.py", Data: &d}
		},
		map[string]func(awscdk.Stack, *risk.TrialData){
			"Tables":       func(_ awscdk.Stack, d *risk.TrialData) { d.Tables = "s3://bucket/" },
			"LandmarkDays": func(_ awscdk.Stack, d *risk.TrialData) { d.LandmarkDays = 56 },
			"CutDate":      func(_ awscdk.Stack, d *risk.TrialData) { d.CutDate = "2026-11-01" },
			"Unblinded":    func(_ awscdk.Stack, d *risk.TrialData) { d.Unblinded = true },
			"Profile":      func(_ awscdk.Stack, d *risk.TrialData) { d.Profile = "s3://bucket/profile.json" },
		})
}

func TestEveryFieldOfACohortChangesTheTemplate(t *testing.T) {
	everyFieldChangesTheTemplate(t,
		func(stack awscdk.Stack) risk.Cohort {
			return risk.Cohort{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Some"), jsii.String("some-bucket"))}
		},
		func(p *risk.ClinicalRiskPipelineProps, c risk.Cohort) { p.Cohort = &c },
		map[string]func(awscdk.Stack, *risk.Cohort){
			"Compression": func(_ awscdk.Stack, c *risk.Cohort) { c.Compression = risk.Gzip },
			"Bucket": func(stack awscdk.Stack, c *risk.Cohort) {
				c.Bucket = awss3.Bucket_FromBucketName(stack, jsii.String("Other"), jsii.String("other-bucket"))
			},
			"Prefix":        func(_ awscdk.Stack, c *risk.Cohort) { c.Prefix = "trials" },
			"BatchSize":     func(_ awscdk.Stack, c *risk.Cohort) { c.BatchSize = 10 },
			"BatchBytes":    func(_ awscdk.Stack, c *risk.Cohort) { c.BatchBytes = 4096 },
			"Concurrency":   func(_ awscdk.Stack, c *risk.Cohort) { c.Concurrency = 2 },
			"MaxSubjects":   func(_ awscdk.Stack, c *risk.Cohort) { c.MaxSubjects = 500 },
			"ModelTimeout":  func(_ awscdk.Stack, c *risk.Cohort) { c.ModelTimeout = 30 * time.Second },
			"ModelAttempts": func(_ awscdk.Stack, c *risk.Cohort) { c.ModelAttempts = 2 },
		})
}

func TestEveryFieldOfADownstreamSystemChangesTheTemplate(t *testing.T) {
	machine := func(stack awscdk.Stack, name string) awsstepfunctions.IStateMachine {
		return awsstepfunctions.StateMachine_FromStateMachineName(stack, &name, &name)
	}
	everyFieldChangesTheTemplate(t,
		func(stack awscdk.Stack) risk.StateMachineExecution {
			return risk.StateMachineExecution{Name: "Review", StateMachine: machine(stack, "Review")}
		},
		asDownstream, map[string]func(awscdk.Stack, *risk.StateMachineExecution){
			"Name":         func(_ awscdk.Stack, e *risk.StateMachineExecution) { e.Name = "Other" },
			"StateMachine": func(stack awscdk.Stack, e *risk.StateMachineExecution) { e.StateMachine = machine(stack, "Other") },
			"Key": func(stack awscdk.Stack, e *risk.StateMachineExecution) {
				e.Key = awskms.Key_FromKeyArn(stack, jsii.String("ReviewKey"), jsii.String(existingKey))
			},
			"Timeout": func(_ awscdk.Stack, e *risk.StateMachineExecution) { e.Timeout = 2 * time.Hour },
		})
	everyFieldChangesTheTemplate(t, incident,
		asDownstream, map[string]func(awscdk.Stack, *risk.ServiceNowIncident){
			"Name":     func(_ awscdk.Stack, n *risk.ServiceNowIncident) { n.Name = "Other" },
			"Instance": func(_ awscdk.Stack, n *risk.ServiceNowIncident) { n.Instance = "https://other.service-now.com" },
			"Connection": func(stack awscdk.Stack, n *risk.ServiceNowIncident) {
				n.Connection = awsevents.Connection_FromEventBusArn(stack, jsii.String("Other"), jsii.String(connectionARN+"2"), jsii.String(secretARN))
			},
			"AssignmentGroup": func(_ awscdk.Stack, n *risk.ServiceNowIncident) { n.AssignmentGroup = "Others" },
			"Urgency":         func(_ awscdk.Stack, n *risk.ServiceNowIncident) { n.Urgency = 1 },
		})
}
