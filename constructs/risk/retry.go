package risk

import (
	"time"

	"clinical-risk-pipeline/services"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// Retry is a retrier of a task. Its delays double from Interval up to MaxDelay, and full jitter spreads each delay from zero to
// its whole length, so that executions that failed together do not come back together:
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
type Retry struct {
	// Errors are the names of the errors, as Step Functions reports them. Package services has those of many calls.
	Errors []string

	// Attempts is how often the task is tried again after the first attempt. Default: these errors are never retried.
	Attempts int

	// Interval is the longest first delay, and MaxDelay the longest of all, in whole seconds.
	Interval, MaxDelay time.Duration
}

// anyError are the names that match every error of a task.
var anyError = []string{services.TaskFailed, services.Timeout}

// retryable is what the CDK's tasks, its custom state and its map have in common; S is what AddRetry returns.
type retryable[S any] interface {
	awsstepfunctions.IChainable
	awsstepfunctions.INextable
	AddRetry(props *awsstepfunctions.RetryProps) S
}

// WithRetries adds retriers to a state and returns it. The first retrier whose errors match decides.
//
// Requirements: SRC-21
func WithRetries[S any, T retryable[S]](state T, retries ...Retry) T {
	for _, r := range retries {
		props := &awsstepfunctions.RetryProps{Errors: jsii.Strings(r.Errors...), MaxAttempts: jsii.Number(r.Attempts)}
		if r.Attempts > 0 {
			props.Interval = seconds(r.Interval)
			props.BackoffRate = jsii.Number(2)
			props.MaxDelay = seconds(r.MaxDelay)
			props.JitterStrategy = awsstepfunctions.JitterType_FULL
		}
		state.AddRetry(props)
	}
	return state
}

// Longest returns how long a task may take that uses up every retrier, where each attempt runs into its timeout.
func Longest(timeout time.Duration, retries ...Retry) time.Duration {
	total := timeout
	for _, r := range retries {
		delay := r.Interval
		for range r.Attempts {
			total += min(delay, r.MaxDelay) + timeout
			delay *= 2
		}
	}
	return total
}

// submission retries a job that its service refused to take for the moment, and nothing else: an accepted job runs for hours.
func submission(call services.Call) Retry {
	return Retry{Errors: call.Transient, Attempts: 5, Interval: 5 * time.Second, MaxDelay: 2 * time.Minute}
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

func timeout(d time.Duration) awsstepfunctions.Timeout {
	return awsstepfunctions.Timeout_Duration(seconds(d))
}
