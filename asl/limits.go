package asl

import "time"

// The limits of the service.
// See https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html.
const (
	maxPayload   = 256 << 10                 // bytes of JSON text of a state's input, output or result, and of a variable
	maxVariables = 10 << 20                  // bytes of JSON text of all variables of an execution
	maxEvents    = 25_000                    // history events of a Standard execution
	maxStandard  = 365 * 24 * time.Hour      // how long a Standard execution lives
	maxExpress   = 5 * time.Minute           // how long an Express execution lives
	maxWait      = (1<<31 - 1) * time.Second // the longest wait
	maxInline    = 40                        // iterations of an inline Map that run concurrently
	maxChildren  = 10_000                    // child executions of a Distributed Map that run concurrently

	// defaultChildren is how many child executions run concurrently when MaxConcurrency is 0 or absent. AWS promises no number there; this
	// one keeps what is in memory at a time small.
	defaultChildren = 1_000

	// maxExpressVisits is how many states an Express execution may enter. AWS has no such limit, but there each state takes time, and a
	// loop ends after five minutes; on a virtual clock it might not.
	maxExpressVisits = 1_000_000
)
