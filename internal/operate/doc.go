// Package operate starts, follows, lists and redrives the executions of deployed pipelines, with the caller's own AWS credentials.
//
// Every call goes through an [AWS]: it keeps to a rate, backs off when Step Functions throttles, goes on after the network failed, and turns
// the errors of the service into one line that says what to do. A [Starter] starts executions through an alias, after it compared the
// definition with the assembly. A [Follower] follows an execution to its [Outcome].
//
// Nothing here prints the data of an execution. The history is read without inputs and outputs, and a cause is shown only if it cannot
// quote data: see [Causes].
package operate
