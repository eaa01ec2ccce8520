package risk

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// expression marks a JSONata expression, which Step Functions evaluates, as against a literal text.
func expression(jsonata string) string { return "{% " + jsonata + " %}" }

// durations are those that the CDK has been asked for already: many states have the same. The CDK is used by one goroutine.
var durations = map[time.Duration]awscdk.Duration{}

func seconds(d time.Duration) awscdk.Duration {
	if durations[d] == nil {
		durations[d] = awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
	}
	return durations[d]
}

func timeout(d time.Duration) awsstepfunctions.Timeout {
	return awsstepfunctions.Timeout_Duration(seconds(d))
}

// arn names a resource in the pipeline's own account and region: "rule/NAME" of "events", for instance.
func (p *ClinicalRiskPipeline) arn(service, resource string) string {
	return p.in.ARN(service, resource)
}

// integration is the Resource of a task that calls a service, "sns:publish" for instance.
func (p *ClinicalRiskPipeline) integration(name string) string {
	return "arn:" + p.in.Partition + ":states:::" + name
}

// because says in a few words when a Choice takes a branch, for those who look at the graph.
func because(words string) *awsstepfunctions.ChoiceTransitionOptions {
	return &awsstepfunctions.ChoiceTransitionOptions{Comment: &words}
}
