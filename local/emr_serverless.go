package local

import (
	"context"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// EMRServerless stands in for EMR Serverless. Every job succeeds: see [ETL] for what it does.
type EMRServerless struct{ ETL ETL }

// Integrations implements Service.
func (e EMRServerless) Integrations() []Integration {
	submit := Shape{"EntryPoint": required(String), "EntryPointArguments": optional(Strings), "SparkSubmitParameters": optional(String)}
	return []Integration{{
		Name: services.StartServerlessJob.Integration,
		Parameters: Shape{
			"ApplicationId": required(String), "ExecutionRoleArn": required(String), "Name": optional(String), "ClientToken": optional(String),
			"ExecutionTimeoutMinutes": optional(Integer), "ConfigurationOverrides": optional(Object), "Tags": optional(Object),
			"JobDriver": {Type: Object, Required: true, Fields: Shape{"SparkSubmit": {Type: Object, Required: true, Fields: submit}}},
		},
		Perform: e.startJobRun,
	}}
}

// startJobRun answers as GetJobRun does after the job ended.
func (e EMRServerless) startJobRun(ctx context.Context, call *Call) (asl.Reply, error) {
	driver := call.Parameters.Object("JobDriver")
	arguments, _ := driver.Object("SparkSubmit").Value("EntryPointArguments").([]any)
	if err := e.ETL.run(ctx, arguments); err != nil {
		return asl.Reply{}, err
	}
	took := jobTime(call)
	return asl.Reply{Duration: took, Output: map[string]any{"JobRun": map[string]any{
		"ApplicationId": call.text("ApplicationId"), "JobRunId": strings.ToLower(call.code("job")), "Name": call.text("Name"),
		"ExecutionRole": call.text("ExecutionRoleArn"), "State": "SUCCESS", "StateDetails": "", "JobDriver": driver,
		"CreatedAt": float64(call.Now.UnixMilli()), "UpdatedAt": float64(call.Now.Add(took).UnixMilli()),
	}}}, nil
}
