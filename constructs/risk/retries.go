package risk

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// retry is a retrier. Delays double from interval up to maxDelay, and full jitter spreads each from zero to its whole
// length, so that executions that failed together do not come back together.
type retry struct {
	errors   []string
	attempts int // beyond the first; 0: these errors are never retried
	interval time.Duration
	maxDelay time.Duration
}

// AWS's reserved error names: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	taskFailed = "States.TaskFailed"
	timedOut   = "States.Timeout"
)

// The retries of the extractions repeat a submission that was refused for the moment, and nothing else: a job that was
// accepted may have written its output, and runs for hours. EMR and Glue have no error name of their own for throttling.
var (
	emrRetries           = []retry{submission("EMR.AmazonElasticMapReduceException")}
	emrServerlessRetries = []retry{submission("EMRServerless.ThrottlingException", "EMRServerless.ServiceQuotaExceededException")}
	glueRetries          = []retry{submission("Glue.AWSGlueException", "Glue.ConcurrentRunsExceededException",
		"Glue.ResourceNumberLimitExceededException")}
)

func submission(errors ...string) retry {
	return retry{errors: errors, attempts: 5, interval: 5 * time.Second, maxDelay: 2 * time.Minute}
}

// modelRetries repeat what may pass: asking for a score twice changes nothing. SageMaker reports throttling under the
// SDK's general name. A request that it calls invalid stays invalid.
var modelRetries = []retry{
	{errors: []string{"SageMakerRuntime.ValidationErrorException"}},
	{
		errors: []string{
			"SageMakerRuntime.SageMakerRuntimeException", "SageMakerRuntime.ThrottlingException",
			"SageMakerRuntime.ServiceUnavailableException", "SageMakerRuntime.InternalFailureException",
			"SageMakerRuntime.InternalDependencyException", "SageMakerRuntime.ModelNotReadyException",
			"SageMakerRuntime.SdkClientException",
		},
		attempts: 6, interval: 2 * time.Second, maxDelay: time.Minute,
	},
	{errors: []string{taskFailed, timedOut}, attempts: 2, interval: 2 * time.Second, maxDelay: time.Minute},
}

// alertRetries are generous: a second alert is better than none. What is refused for good is not repeated.
var alertRetries = []retry{
	{errors: []string{
		"SNS.InvalidParameterException", "SNS.InvalidParameterValueException", "SNS.AuthorizationErrorException",
		"SNS.NotFoundException", "SNS.EndpointDisabledException", "SNS.KMSAccessDeniedException",
		"SNS.KMSDisabledException", "SNS.KMSInvalidStateException", "SNS.KMSNotFoundException",
	}},
	{errors: []string{taskFailed, timedOut}, attempts: 8, interval: 2 * time.Second, maxDelay: 2 * time.Minute},
}

// task is what the CDK's tasks and its custom state have in common; S is what AddRetry returns.
type task[S any] interface {
	awsstepfunctions.IChainable
	awsstepfunctions.INextable
	AddRetry(props *awsstepfunctions.RetryProps) S
}

// retrying adds the retriers to a task, in order: the first whose names match decides.
func retrying[S any, T task[S]](state T, retries []retry) T {
	for _, r := range retries {
		props := &awsstepfunctions.RetryProps{Errors: jsii.Strings(r.errors...), MaxAttempts: jsii.Number(r.attempts)}
		if r.attempts > 0 {
			props.Interval = seconds(r.interval)
			props.BackoffRate = jsii.Number(2)
			props.MaxDelay = seconds(r.maxDelay)
			props.JitterStrategy = awsstepfunctions.JitterType_FULL
		}
		state.AddRetry(props)
	}
	return state
}
