package stages

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/risk"
)

// Placeholders. With them an environment synthesizes, is listed and compared, and runs on a laptop, but does not deploy:
// CloudFormation refuses them before it makes any resource, and a promotion refuses them at synthesis.
const (
	// exampleCluster stands for a cluster id, which EMR assigns.
	exampleCluster = "j-EXAMPLE000000"

	// exampleBuckets begins the names of example buckets. Names of buckets are global, and nobody can own one of these:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
	exampleBuckets = "amzn-s3-demo-"
)

// unset returns the faults of values that a deployment needs and that nobody has set.
func (e Environment) unset() fault.List {
	var faults fault.List
	example := func(field, value, key, own string) {
		faults.Add(field, fmt.Sprintf("is an example, %q: %s, or write %s into stages/environments.go", value, setting{e.Name, key}.ways(), own))
	}
	script, packages, data := "", []string(nil), (*risk.TrialData)(nil)
	switch extraction := e.Extraction.(type) {
	case risk.EMRStep:
		script, packages, data = extraction.Script, extraction.PyFiles, extraction.Data
		if extraction.ClusterID == exampleCluster {
			example("ClusterID", exampleCluster, clusterKey, "the cluster's own id")
		}
	case risk.EMRServerlessJob:
		script, packages, data = extraction.Script, extraction.PyFiles, extraction.Data
	case risk.GlueJob:
		packages, data = extraction.PyFiles, extraction.Data
	}
	if inExampleBucket(script) {
		example("Script", script, scriptKey, "the script's own address")
	}
	for _, uri := range packages {
		if inExampleBucket(uri) {
			example("PyFiles", uri, packagesKey, "the package's own address")
		}
	}
	if data != nil && inExampleBucket(data.Tables) {
		example("Data.Tables", data.Tables, tablesKey, "the folder's own address")
	}
	if e.Cohort != nil && strings.HasPrefix(e.Cohort.BucketName, exampleBuckets) {
		example("Cohort.BucketName", e.Cohort.BucketName, bucketKey, "your own bucket's name")
	}
	if e.EndpointVariant == "" {
		faults.Add("EndpointVariant", fmt.Sprintf("is required: %s, or write it into stages/environments.go; "+
			"`aws sagemaker describe-endpoint --endpoint-name %s --query 'ProductionVariants[].VariantName'` lists the variants",
			setting{e.Name, variantKey}.ways(), e.EndpointName))
	}
	if e.production() {
		faults.Include(e.unbound("in production"))
	}
	return faults
}

// inExampleBucket tells whether an S3 URI is one that nobody can own.
func inExampleBucket(uri string) bool {
	_, bucket, _ := strings.Cut(uri, "://")
	return strings.HasPrefix(bucket, exampleBuckets)
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
