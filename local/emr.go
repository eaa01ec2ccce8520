package local

import (
	"context"
	"errors"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/services"
)

// EMR stands in for EMR clusters. Every step completes after three to ten virtual minutes. Spark runs here only if there is a [Spark]: see [ETL]. A
// .sync task sees the end of its step at the next poll, which comes every full minute within the first ten minutes
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html).
type EMR struct {
	ETL   ETL
	Spark *Spark // runs the steps in place of ETL. Default: none
}

// Integrations implements Service.
func (e EMR) Integrations() []Integration {
	jar := Shape{"Jar": required(String), "Args": optional(Strings), "MainClass": optional(String), "Properties": optional(Object)}
	return []Integration{{
		Name: services.AddStep.Integration,
		Parameters: Shape{
			"ClusterId":        required(String),
			"ExecutionRoleArn": optional(String),
			"Step": {Type: Object, Required: true, Fields: Shape{
				"Name":            required(String),
				"ActionOnFailure": optional(String),
				"HadoopJarStep":   {Type: Object, Required: true, Fields: jar},
			}},
		},
		Perform: e.addStep,
	}}
}

// addStep answers as DescribeStep does after the step completed.
func (e EMR) addStep(ctx context.Context, call *Call) (asl.Reply, error) {
	took := jobTime(call)
	arguments, _ := call.Parameters.Object("Step").Object("HadoopJarStep").Value("Args").([]any)
	if e.Spark != nil {
		return e.submit(ctx, call, arguments)
	}
	if err := e.ETL.run(ctx, arguments); err != nil {
		return asl.Reply{}, err
	}
	return e.reply(call, "COMPLETED", took), nil
}

// submit runs the step with Spark. A job that fails is a failed step.
func (e EMR) submit(ctx context.Context, call *Call, arguments []any) (asl.Reply, error) {
	took, err := e.Spark.submit(ctx, arguments)
	took = max(took.Round(time.Second), time.Minute)
	failed, ok := errors.AsType[*failedJob](err)
	if err != nil && !ok {
		return asl.Reply{}, err
	}
	if ok {
		e.Spark.Failed(failed.reason, failed.lines)
		reply := e.reply(call, "FAILED", took)
		return asl.Reply{Duration: took}, &asl.Error{Name: services.TaskFailed, Cause: asl.Encode(reply.Output)}
	}
	return e.reply(call, "COMPLETED", took), nil
}

// reply is the answer of DescribeStep.
func (e EMR) reply(call *Call, state string, took time.Duration) asl.Reply {
	step := call.Parameters.Object("Step")
	jar := step.Object("HadoopJarStep")
	action, ok := step.Get("ActionOnFailure")
	if !ok {
		action = "CONTINUE"
	}
	config := value.NewObject(4).With("Jar", jar.Value("Jar")).With("Properties", value.NewObject(0)).With("Args", []any{})
	for _, name := range []string{"Args", "MainClass", "Properties"} {
		if given, ok := jar.Get(name); ok {
			config.Set(name, given)
		}
	}
	milliseconds := func(after time.Duration) float64 { return float64(call.Now.Add(after).UnixMilli()) }
	timeline := value.NewObject(3).With("CreationDateTime", milliseconds(0)).With("EndDateTime", milliseconds(took-10*time.Second)).
		With("StartDateTime", milliseconds(20*time.Second))
	status := value.NewObject(3).With("State", state).With("StateChangeReason", value.NewObject(0)).With("Timeline", timeline)
	described := value.NewObject(5).With("ActionOnFailure", action).With("Config", config).With("Id", "s-"+call.code("step")).
		With("Name", step.Value("Name")).With("Status", status)
	return asl.Reply{Duration: took, Output: value.NewObject(1).With("Step", described)}
}
