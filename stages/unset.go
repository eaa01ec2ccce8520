package stages

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/risk"
)

// exampleCluster stands for a cluster that nobody has named yet, since EMR gives clusters their ids. With it an environment
// synthesizes, is listed and compared, and runs on a laptop. It is not deployed: CloudFormation refuses it before it makes
// anything, and a promotion refuses it at synthesis.
const exampleCluster = "j-EXAMPLE000000"

// unset are the faults of an environment that is deployed with values that nobody has given.
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

// unbound are the faults of an environment without an account or a region, which is deployed to whatever the AWS command line is
// configured for at that moment.
func (e Environment) unbound(where string) fault.List {
	var faults fault.List
	for _, v := range []struct{ field, key, value string }{{"Account", accountKey, e.Account}, {"Region", regionKey, e.Region}} {
		if v.value == "" {
			faults.Add(v.field, fmt.Sprintf("is required %s: %s, or write it into stages/environments.go", where, setting{e.Name, v.key}.ways()))
		}
	}
	return faults
}

// refuseUnset adds to the stack a rule that no deployment fulfils, and that says what is missing. CloudFormation looks at
// rules before it makes anything: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
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
