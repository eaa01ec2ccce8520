package test

import "strings"

// isTest is the JSONata condition that the input and the name of the execution mark it as a test.
const isTest = `$states.input.test = true and $substring($states.context.Execution.Name, 0, 6) = "smoke-"`

// runArguments are the arguments that every job gets.
var runArguments = []any{
	"--trial-id", textOf("trialId"),
	"--run-id", "{% $states.context.Execution.Name %}",
}

// textOf returns the JSONata expression of a string in the input of a state, or "unknown".
func textOf(field string) string {
	return strings.ReplaceAll(`{% $type(FIELD) = "string" and FIELD != "" ? FIELD : "unknown" %}`, "FIELD", "$states.input."+field)
}

// retrier returns a retrier with full jitter and delays that double.
func retrier(attempts, interval, maxDelay float64, errors ...any) object {
	return object{
		"ErrorEquals": errors, "MaxAttempts": attempts, "IntervalSeconds": interval,
		"BackoffRate": 2.0, "MaxDelaySeconds": maxDelay, "JitterStrategy": "FULL",
	}
}

// never returns a retrier that does not retry its errors. Later retriers do not apply to them.
func never(errors ...any) object {
	return object{"ErrorEquals": errors, "MaxAttempts": 0.0}
}
