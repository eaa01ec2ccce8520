package risk

import (
	approvals "clinical-risk-pipeline/lambda/approval"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// keepToWriters lets only the executions write decision records, and only the deciding function write the decisions of people. A
// record store of another stack cannot name the roles of this one: that would be a circle of stacks.
//
// Requirements: P11-10d, P11-10e, P11-10g
func (p *ClinicalRiskPipeline) keepToWriters() {
	records := p.props.Records
	if records == nil {
		return
	}
	if *awscdk.Stack_Of(records).Node().Path() != *p.stack.Node().Path() {
		awscdk.Annotations_Of(p).AddWarningV2(jsii.String("clinical-risk-pipeline:foreignRecordStore"), jsii.String(
			"Records is in another stack, which cannot name the roles of this one: give the roles names, and call WrittenBy with their ARNs"))
		return
	}
	records.WrittenBy(workflow.RecordFolder+"/", *p.role.RoleArn())
	if p.props.Approval != nil {
		records.WrittenBy(approvals.ApprovalsPrefix, *p.props.Approval.DecideFunction().Role().RoleArn())
	}
}
