// Package gates stops a synthesis that breaks a policy. Everything that [Synth] synthesizes passes three gates:
//
//   - the CDK's own validator, which knows what CloudFormation refuses;
//   - the packs AwsSolutions, HIPAA.Security, NIST.800.53.R5 and PCI.DSS.321 of cdk-nag;
//   - our rules, which express the demands of GxP (rules/*.rego, named "GxP-…").
//
// Accepted cdk-nag findings are listed in suppressions.go and, for the promotion's stack, in suppressions_promotion.go, each with
// the reason for an auditor. The CDK writes the reason into the template, at the resource, and into the packs' reports in the cloud
// assembly. Our own rules have no such list: their source code contains the exceptions. An error stops a synthesis. A warning is
// printed and fails a test.
//
// The gates cost seconds. CDK_VALIDATION=false, the CDK's own switch, turns all of them off, for measurements and for tests of
// other things. The templates are then the same, except that they contain no suppressions.
package gates
