package risk

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// serviceCall is a task that calls an API of AWS through its SDK.
type serviceCall struct {
	comment         string
	service, action string
	parameters      map[string]any
	timeout         time.Duration
	output          any // an expression, or an object with some
}

func (p *ClinicalRiskPipeline) callService(state string, call serviceCall) awsstepfunctions.TaskStateBase {
	return awsstepfunctionstasks.CallAwsService_Jsonata(p, &state, &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Comment:      &call.comment,
		Service:      &call.service,
		Action:       &call.action,
		Parameters:   &call.parameters,
		IamResources: jsii.Strings("*"), // the CDK demands it; the role has our statements and takes no other
		TaskTimeout:  timeout(call.timeout),
		Outputs:      call.output,
	})
}
