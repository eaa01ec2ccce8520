// Package gates stops a synthesis that breaks a policy. What [Synth] synthesizes passes three gates:
//
//   - the CDK's own validator, which knows what CloudFormation refuses;
//   - cdk-nag's packs AwsSolutions, HIPAA.Security, NIST.800.53.R5 and PCI.DSS.321;
//   - our rules, which say what GxP asks (rules/*.rego, named "GxP-…").
//
// A finding of cdk-nag that is accepted stands in suppressions.go, or for the promotion's stack in suppressions_promotion.go,
// with the reason that an auditor is given. It is written into the template, at the resource, and into the packs' reports in
// the cloud assembly. Our own rules have no such list: what they accept, they say. Errors stop a synthesis; what is a warning
// only is printed, and fails a test.
//
// The gates cost seconds. CDK_VALIDATION=false, the CDK's own switch, turns all of them off, to measure and to test what has
// nothing to do with them. Without them the templates have no suppressions, and are the same otherwise.
package gates
