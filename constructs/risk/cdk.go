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

// arn names a resource in the pipeline's own account and region.
func (p *ClinicalRiskPipeline) arn(service, resource, name string) string {
	return p.arnOf(awscdk.ArnFormat_SLASH_RESOURCE_NAME, service, resource, name)
}

func (p *ClinicalRiskPipeline) arnOf(format awscdk.ArnFormat, service, resource, name string) string {
	return *p.stack().FormatArn(&awscdk.ArnComponents{Service: &service, Resource: &resource, ResourceName: &name, ArnFormat: format})
}

// integration is the Resource of a task that calls a service, "sns:publish" for instance.
func (p *ClinicalRiskPipeline) integration(name string) string {
	return "arn:" + *p.stack().Partition() + ":states:::" + name
}

// because says in a few words when a Choice takes a branch, for those who look at the graph.
func because(words string) *awsstepfunctions.ChoiceTransitionOptions {
	return &awsstepfunctions.ChoiceTransitionOptions{Comment: &words}
}
