// Package asl runs Amazon States Language definitions as AWS Step Functions runs them, without AWS and without waiting.
//
//	machine, err := asl.Load(definition)            // parses, validates, compiles: all faults at once
//	execution, err := machine.Run(ctx, input, asl.Options{Handler: handler})
//	fmt.Println(execution.Status, execution.Output, execution.Path())
//
// Both query languages are complete (JSONPath with the intrinsic functions, JSONata with AWS's own functions), and so are all state
// types, Distributed Map included. Tasks go to a [Handler], which gets the effective input, as the service would.
//
// Time is virtual. A wait, a retry's delay or a task's [Reply.Duration] moves the execution's clock and costs no real time, so that
// timeouts, heartbeats and backoff can be asserted to the second. Branches of a Parallel state and items of a Map state run
// concurrently on that clock. Equal definition, input, options and handler give equal executions: [Options.Seed] decides what AWS leaves open.
//
// JSON values are nil, bool, string, float64, []any and map[string]any; an integer beyond ±2^53 is a json.Number, so that
// JSONPath carries it unchanged. Values are immutable: handlers must not change what they get or gave.
package asl
