package stages

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/risk"
)

// exampleCluster is a placeholder for a cluster id, which EMR assigns. With it an environment synthesizes, is listed and
// compared, and runs on a laptop, but does not deploy: CloudFormation refuses it before it makes any resource, and a
// promotion refuses it at synthesis.
const exampleCluster = "j-EXAMPLE000000"

// unset returns the faults of values that a deployment needs and that nobody has set.
func (e Environment) unset() fault.List {
	var faults fault.List
	if step, ok := e.Extraction.(risk.EMRStep); ok && step.ClusterID == exampleCluster {
		faults.Add("ClusterID", fmt.Sprintf("is an example, %q: %s, or write the cluster's own id into stages/environments.go",
			exampleCluster, setting{e.Name, clusterKey}.ways()))
	}
	if e.production() {
		faults.Include(e.unbound("in production"))
	}
	return faults
}

// unbound returns the faults of an environment without an account or a region: it would deploy to whatever the AWS command
// line is configured for at that moment.
func (e Environment) unbound(where string) fault.List {
	var faults fault.List
	for _, v := range []struct{ field, key, value string }{{"Account", accountKey, e.Account}, {"Region", regionKey, e.Region}} {
		if v.value == "" {
			faults.Add(v.field, fmt.Sprintf("is required %s: %s, or write it into stages/environments.go", where, setting{e.Name, v.key}.ways()))
		}
	}
	return faults
}

// refuseUnset adds a rule to the stack that no deployment fulfils, and that says what is missing. CloudFormation evaluates
// rules before it makes any resource:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
func (e Environment) refuseUnset(stack awscdk.Stack) {
	var assertions []*awscdk.CfnRuleAssertion
	for _, f := range e.unset().Of(e.owner()) {
		assertions = append(assertions, &awscdk.CfnRuleAssertion{
			Assert:            awscdk.Fn_ConditionEquals(awscdk.Fn_Ref(jsii.String("BootstrapVersion")), "none"),
			AssertDescription: jsii.String(f.Error()),
		})
	}
	if assertions != nil {
		awscdk.NewCfnRule(stack, jsii.String("Unset"), &awscdk.CfnRuleProps{Assertions: &assertions})
	}
}
