package risk

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// expression marks a JSONata expression, which Step Functions evaluates, as against a literal text.
func expression(jsonata string) string { return "{% " + jsonata + " %}" }

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

func timeout(d time.Duration) awsstepfunctions.Timeout {
	return awsstepfunctions.Timeout_Duration(seconds(d))
}

// place is where a pipeline's resources are: tokens, of which there is one each, since every call of the CDK takes its time.
type place struct{ partition, region, account string }

func placeOf(stack awscdk.Stack) place {
	return place{partition: *stack.Partition(), region: *stack.Region(), account: *stack.Account()}
}

// arn names a resource in the pipeline's own account and region: "rule/NAME" of "events", for instance.
func (p *ClinicalRiskPipeline) arn(service, resource string) string {
	return "arn:" + p.partition + ":" + service + ":" + p.region + ":" + p.account + ":" + resource
}

// integration is the Resource of a task that calls a service, "sns:publish" for instance.
func (p *ClinicalRiskPipeline) integration(name string) string {
	return "arn:" + p.partition + ":states:::" + name
}

// because says in a few words when a Choice takes a branch, for those who look at the graph.
func because(words string) *awsstepfunctions.ChoiceTransitionOptions {
	return &awsstepfunctions.ChoiceTransitionOptions{Comment: &words}
}
