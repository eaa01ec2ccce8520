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

// functionRetries repeat an invocation that Lambda did not take, or broke off: the function stores a request once.
// https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
var functionRetries = []retry{{
	errors: []string{
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
		"Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException", "Lambda.Unknown",
	},
	attempts: 6, interval: 2 * time.Second, maxDelay: time.Minute,
}}

// executionRetries repeat the start of a downstream execution that was refused. Step Functions has no error name of its own
// for throttling.
var executionRetries = []retry{submission("StepFunctions.AWSStepFunctionsException", "StepFunctions.ExecutionLimitExceededException")}

// incidentRetries repeat the look-up of an incident where ServiceNow is busy or out of reach.
var incidentRetries = []retry{{
	errors: []string{
		"States.Http.Socket", "States.Http.StatusCode.429", "States.Http.StatusCode.500", "States.Http.StatusCode.502",
		"States.Http.StatusCode.503", "States.Http.StatusCode.504", timedOut,
	},
	attempts: 5, interval: 5 * time.Second, maxDelay: time.Minute,
}}

// retryable is what the CDK's tasks, its custom state and its map have in common; S is what AddRetry returns.
type retryable[S any] interface {
	awsstepfunctions.IChainable
	awsstepfunctions.INextable
	AddRetry(props *awsstepfunctions.RetryProps) S
}

// recordRetries write a record again under the same key, which changes nothing where the first attempt was written after
// all. Those of a batch have less time: see [Cohort].
var (
	recordRetries      = []retry{{errors: []string{taskFailed, timedOut}, attempts: 6, interval: time.Second, maxDelay: 30 * time.Second}}
	batchRecordRetries = []retry{{errors: []string{taskFailed, timedOut}, attempts: 2, interval: time.Second, maxDelay: 5 * time.Second}}
)

// cohortRetries look the cohort up again. S3 has a consistent view of what the extraction wrote: an object that is not
// there stays missing.
var cohortRetries = []retry{
	{errors: []string{"S3.NoSuchKeyException", "S3.NoSuchBucketException"}},
	{errors: []string{taskFailed, timedOut}, attempts: 6, interval: time.Second, maxDelay: 30 * time.Second},
}

// readerRetries read the cohort again from the start: its batches have the same records as before.
var readerRetries = []retry{{errors: []string{"States.ItemReaderFailed"}, attempts: 3, interval: 5 * time.Second, maxDelay: time.Minute}}

// retrying adds the retriers to a state, in order: the first whose names match decides.
//
// Requirements: SRC-21
func retrying[S any, T retryable[S]](state T, retries []retry) T {
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

// exhausted is how long a task may take that uses up every retrier it has, each attempt running into its timeout.
func exhausted(retries []retry, timeout time.Duration) time.Duration {
	total := timeout
	for _, r := range retries {
		delay := r.interval
		for range r.attempts {
			total += min(delay, r.maxDelay) + timeout
			delay *= 2
		}
	}
	return total
}
