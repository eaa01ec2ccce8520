package risk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// vendedLogs is the prefix that keeps the resource policy of CloudWatch Logs below its size limit, however many state
// machines log: https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
const vendedLogs = "/aws/vendedlogs/states/"

func (p *ClinicalRiskPipeline) addLogGroup() {
	name := awscdk.Names_UniqueResourceName(p, &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(200), Separator: jsii.String("-")})
	p.logGroup = awslogs.NewLogGroup(p, jsii.String(logGroupID), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String(vendedLogs + *name),
		Retention:     p.props.LogRetention,
		RemovalPolicy: p.props.RemovalPolicy,
	})
}
