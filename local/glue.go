package local

import (
	"context"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// Glue stands in for AWS Glue. Every job succeeds: see [ETL] for what it does.
type Glue struct{ ETL ETL }

// Integrations implements Service.
func (g Glue) Integrations() []Integration {
	return []Integration{{
		Name: services.StartGlueJob.Integration,
		Parameters: Shape{
			"JobName": required(String), "Arguments": optional(Object), "Timeout": optional(Integer), "WorkerType": optional(String),
			"NumberOfWorkers": optional(Integer), "ExecutionClass": optional(String), "SecurityConfiguration": optional(String),
		},
		Perform: g.startJobRun,
	}}
}

// startJobRun answers as GetJobRun does after the job ended.
func (g Glue) startJobRun(ctx context.Context, call *Call) (asl.Reply, error) {
	if place, ok := call.Parameters.Object("Arguments").Get(outputArgument); ok {
		if err := g.ETL.run(ctx, []any{outputArgument, place}); err != nil {
			return asl.Reply{}, err
		}
	}
	took := jobTime(call)
	return asl.Reply{Duration: took, Output: map[string]any{
		"Id": "jr_" + strings.ReplaceAll(call.uuid("job"), "-", ""), "JobName": call.text("JobName"), "JobRunState": "SUCCEEDED", "Attempt": 0.0,
		"StartedOn": float64(call.Now.UnixMilli()), "CompletedOn": float64(call.Now.Add(took).UnixMilli()), "ExecutionTime": took.Seconds(),
	}}, nil
}
