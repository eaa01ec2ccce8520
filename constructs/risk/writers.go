package risk

import (
	approvals "clinical-risk-pipeline/lambda/approval"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// keepToWriters lets only the executions write decision records, and only the deciding function write the decisions of people. Where the
// record store is in another stack, the roles have names, so that it does not refer to this one: that would be a circle of stacks.
//
// Requirements: P11-10d, P11-10e, P11-10g
func (p *ClinicalRiskPipeline) keepToWriters() {
	records := p.props.Records
	if records == nil {
		return
	}
	role := *p.role.RoleArn()
	if name := p.roleName(); name != "" {
		role = p.scope.Role(name)
	}
	records.WrittenBy(workflow.RecordFolder+"/", role)
	if p.props.Approval != nil {
		records.WrittenBy(approvals.ApprovalsPrefix, p.props.Approval.DecideRoleARN())
	}
}

// roleName is the name of the executions' role; empty where CloudFormation names it, because the record store is in this stack.
func (p *ClinicalRiskPipeline) roleName() string {
	if p.props.Records == nil || *awscdk.Stack_Of(p.props.Records).Node().Path() == *p.stack.Node().Path() {
		return ""
	}
	most := &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(64 - len("-"+roleID)), Separator: jsii.String("-")}
	return *awscdk.Names_UniqueResourceName(p, most) + "-" + roleID
}
