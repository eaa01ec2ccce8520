package risk

import (
	"clinical-risk-pipeline/constructs/internal/removal"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// vendedLogs is the prefix that keeps the resource policy of CloudWatch Logs below its size limit, however many state
// machines log: https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
const vendedLogs = "/aws/vendedlogs/states/"

// Requirements: SRC-14, SRC-23
func (p *ClinicalRiskPipeline) addLogGroup() {
	p.logGroup = awslogs.NewLogGroup(p, jsii.String(logGroupID), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String(p.logGroupName()),
		EncryptionKey: p.key,
		Retention:     p.props.LogRetention,
		RemovalPolicy: removal.Kept(p.props.RemovalPolicy),
	})
}

// logGroupName is fixed. The key's policy names the group, and the group needs the key: only a name of ours breaks the circle.
func (p *ClinicalRiskPipeline) logGroupName() string { return vendedLogs + p.name }

func (p *ClinicalRiskPipeline) logGroupARN() string {
	return p.scope.ARN("logs", "log-group:"+p.logGroupName())
}
