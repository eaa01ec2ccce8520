package asl

// Bill counts what AWS bills for an execution and its child executions.
// See https://aws.amazon.com/step-functions/pricing/.
type Bill struct {
	Transitions      int64            `json:"transitions"`      // state transitions of Standard workflows; every retry adds one
	ExpressRequests  int64            `json:"expressRequests"`  // Express executions started
	ExpressGBSeconds float64          `json:"expressGBSeconds"` // virtual duration of Express executions, rounded up to 100 ms, times 64 MB
	Calls            map[string]int64 `json:"calls"`            // calls per integration, such as "sns:publish" or "lambda"
}
