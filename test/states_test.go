package test

import "strings"

// isTest asks whether input and name say that the execution is a test.
const isTest = `$states.input.test = true and $substring($states.context.Execution.Name, 0, 6) = "smoke-"`

// runArguments are what every job is told: trial and run.
var runArguments = []any{
	"--trial-id", textOf("trialId"),
	"--run-id", "{% $states.context.Execution.Name %}",
}

// textOf is a text of a state's input, or "unknown".
func textOf(field string) string {
	return strings.ReplaceAll(`{% $type(FIELD) = "string" and FIELD != "" ? FIELD : "unknown" %}`, "FIELD", "$states.input."+field)
}

// retrier is a Retry entry with full jitter and delays that double.
func retrier(attempts, interval, maxDelay float64, errors ...any) object {
	return object{
		"ErrorEquals": errors, "MaxAttempts": attempts, "IntervalSeconds": interval,
		"BackoffRate": 2.0, "MaxDelaySeconds": maxDelay, "JitterStrategy": "FULL",
	}
}

// never is a Retry entry that keeps later ones from repeating these errors.
func never(errors ...any) object {
	return object{"ErrorEquals": errors, "MaxAttempts": 0.0}
}
