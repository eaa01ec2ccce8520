package asl

import "time"

// The limits of the service.
// See https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html.
const (
	maxPayload   = 256 << 10                 // bytes of JSON text of a state's input, output or result, or of one variable
	maxVariables = 10 << 20                  // bytes of JSON text of all variables of an execution
	maxEvents    = 25_000                    // history events of a Standard execution
	maxStandard  = 365 * 24 * time.Hour      // the longest Standard execution
	maxExpress   = 5 * time.Minute           // the longest Express execution
	maxWait      = (1<<31 - 1) * time.Second // the longest wait
	maxInline    = 40                        // concurrent iterations of an inline Map
	maxChildren  = 10_000                    // concurrent child executions of a Distributed Map

	// defaultChildren is the number of concurrent child executions when MaxConcurrency is 0 or absent. AWS promises no number; this
	// one keeps memory use small.
	defaultChildren = 1_000

	// maxExpressVisits is the number of states that an Express execution may enter. AWS has no such limit, but on AWS each state
	// takes time and a loop ends after five minutes. On a virtual clock a loop might never end.
	maxExpressVisits = 1_000_000
)
