package risk

import (
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// DigestTag is the tag of the state machine that has the digest of its definition, see [workflow.DefinitionDigest]. Every decision
// record has it, too, as run.definition.
const DigestTag = workflow.DigestTag

// definitionDigest is the placeholder of the digest in the definition. CloudFormation replaces it: the definition cannot have its
// own digest.
const definitionDigest = "DefinitionDigest"

// addDigest tags the state machine with the digest of its definition, and puts it into the records.
//
// Requirements: SRC-19, P11-10k2
func (p *ClinicalRiskPipeline) addDigest(resource awsstepfunctions.CfnStateMachine) {
	definition := &definition{p.stack, resource}
	// The CDK replaces references to other stacks by imports when it makes the template: only then is the text final.
	digest := awscdk.Lazy_UncachedString(definition, nil)
	if p.selfContained() {
		digest = definition.Produce(nil) // the same, computed once and not at every look
	}
	awscdk.Tags_Of(p.stateMachine).Add(jsii.String(DigestTag), digest, nil)
	if p.props.Records != nil {
		resource.SetDefinitionSubstitutions(&map[string]*string{definitionDigest: digest})
	}
}

// selfContained reports whether the definition names nothing that may be in another stack of the application.
func (p *ClinicalRiskPipeline) selfContained() bool {
	switch p.props.Extraction.(type) {
	case EMRStep, GlueJob, NoExtraction:
	default:
		return false
	}
	return p.props.Cohort == nil && p.props.Records == nil && p.props.Approval == nil && len(p.props.Downstream) == 0 &&
		p.props.AlertTopic == nil && p.props.OperationsTopic == nil
}

// definition is a state machine's definition, as its template has it.
type definition struct {
	stack    awscdk.Stack
	resource awsstepfunctions.CfnStateMachine
}

// Produce implements awscdk.IStringProducer: it returns the digest.
func (d *definition) Produce(awscdk.IResolveContext) *string {
	return jsii.String(workflow.DefinitionDigest(d.stack.Resolve(d.resource.DefinitionString())))
}
