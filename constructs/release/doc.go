// Package release has the construct [Release]: versions of a state machine, and the alias "live" that executions are started
// through.
//
// Each deployment that changes the state machine, its definition, role, logging, tracing or encryption, publishes a version,
// which nobody can alter afterwards. The alias then shifts to it: all at once, or as a canary, at first with a share of the
// executions. When one of the alarms goes off meanwhile, CloudFormation shifts back, and the deployment fails:
// https://docs.aws.amazon.com/step-functions/latest/dg/version-rolling-deployment.html
//
// An execution keeps the version that it was started with, and DescribeExecution names it. The permissions of the role are no
// part of a version: what a deployment takes from them is missing in executions of older versions, too. So whoever replaces
// what the state machine calls grants the new first, and takes the old away in a later deployment.
//
// Versions stay when others follow them, and when the deployment that published them is rolled back: executions may have run
// them. They go with their state machine. It has 1,000 at most; before that many changes, delete those that no execution
// needs any more: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
package release
