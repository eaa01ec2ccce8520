// Package asl runs Amazon States Language definitions as AWS Step Functions runs them, without AWS and without waiting.
//
//	machine, err := asl.Load(definition)            // parses, validates, compiles; reports all faults
//	execution, err := machine.Run(ctx, input, asl.Options{Handler: handler})
//	fmt.Println(execution.Status, execution.Output, execution.Path())
//
// Both query languages are complete: JSONPath with the intrinsic functions, and JSONata, evaluated in Go, with AWS's own functions. All state types are
// complete, including Distributed Map. Tasks go to a [Handler], which gets the effective input, as the service would.
//
// Time is virtual. A wait, a retry delay or a task's [Reply.Duration] moves the execution's clock and takes no real time, so tests
// can assert timeouts, heartbeats and backoff to the second. Branches of a Parallel state and items of a Map state run concurrently
// on that clock. Equal definitions, inputs, options and handlers give equal executions: [Options.Seed] decides what AWS leaves open.
//
// JSON values are nil, bool, string, float64, []any and *value.Object, whose members keep their order. An integer beyond ±2^53 is a
// json.Number, so JSONPath does not change it. Values are immutable: a handler must not change a value that it received or returned. A
// handler may return Go maps and structs, too; the members of a map are sorted by name.
package asl
