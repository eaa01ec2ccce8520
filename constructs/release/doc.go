// Package release has the construct [Release]: versions of a state machine, and the alias "live" that starts executions.
//
// Each deployment that changes the state machine (its definition, role, logging, tracing or encryption) publishes a version,
// which nobody can alter afterwards. The alias then shifts to it: all at once, or as a canary, which first gets a share of the
// executions. If one of the alarms goes off meanwhile, CloudFormation shifts back, and the deployment fails:
// https://docs.aws.amazon.com/step-functions/latest/dg/version-rolling-deployment.html
//
// An execution keeps the version that it started with, and DescribeExecution names it. The permissions of the role are not part
// of a version: if a deployment removes a permission, executions of older versions lose it, too. To replace a service that the
// state machine calls, first grant the new permissions, and remove the old ones in a later deployment.
//
// A version stays when others follow it, and when the deployment that published it is rolled back: executions may have run it.
// Deleting the state machine deletes its versions. A state machine has 1,000 versions at most; before it reaches them, delete
// those that no execution needs any more: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
package release
