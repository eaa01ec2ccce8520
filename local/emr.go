package local

import (
	"context"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// EMR stands in for EMR clusters. Every step completes after three to ten virtual minutes. Spark does not run here: see [ETL]. A
// .sync task sees the end of its step at the next poll, which comes every full minute within the first ten minutes
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html).
type EMR struct{ ETL ETL }

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
	step := call.Parameters["Step"].(map[string]any)
	jar := step["HadoopJarStep"].(map[string]any)
	arguments, _ := jar["Args"].([]any)
	if err := e.ETL.run(ctx, arguments); err != nil {
		return asl.Reply{}, err
	}
	action, ok := step["ActionOnFailure"]
	if !ok {
		action = "CONTINUE"
	}
	config := map[string]any{"Jar": jar["Jar"], "Args": []any{}, "Properties": map[string]any{}}
	for _, name := range []string{"Args", "MainClass", "Properties"} {
		if value, ok := jar[name]; ok {
			config[name] = value
		}
	}
	milliseconds := func(after time.Duration) float64 { return float64(call.Now.Add(after).UnixMilli()) }
	return asl.Reply{Duration: took, Output: map[string]any{"Step": map[string]any{
		"Id":              "s-" + call.code("step"),
		"Name":            step["Name"],
		"ActionOnFailure": action,
		"Config":          config,
		"Status": map[string]any{
			"State":             "COMPLETED",
			"StateChangeReason": map[string]any{},
			"Timeline": map[string]any{
				"CreationDateTime": milliseconds(0),
				"StartDateTime":    milliseconds(20 * time.Second),
				"EndDateTime":      milliseconds(took - 10*time.Second),
			},
		},
	}}}, nil
}
