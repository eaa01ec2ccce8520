package test

// isTest is the JSONata condition that the input and the name of the execution mark it as a test.
const isTest = `$states.input.test = true and $substring($states.context.Execution.Name, 0, 6) = "smoke-"`

// runArguments are the arguments that every job gets.
var runArguments = []any{
	"--trial-id", trialID,
	"--run-id", "{% $states.context.Execution.Name %}",
}

// trialID is the JSONata expression of the trial's id in the input of a state, or "unknown".
const trialID = `{% $type($states.input.trialId) = "string" and $states.input.trialId != "" ? $states.input.trialId : "unknown" %}`

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
