package risk

import (
	"cmp"
	"fmt"
	"regexp"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// Extraction prepares the features: an [EMRStep], an [EMRServerlessJob], a [GlueJob], [NoExtraction] where the features
// already exist, or a type of your own. One line of the props exchanges one for another.
//
// The job starts with the arguments of [Scope.RunArguments], after the user's own; its state's output is [Scope.RunOutput]. Step
// Functions tries to cancel the job of an execution that is stopped. AWS does not say that it cancels the job of a state that times out:
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html. A job may also go on after it was cancelled: the driver
// of spark-submit --deploy-mode cluster runs on when the step's own process ends. No execution reads what such a job writes late.
//
// An extraction of your own adds its states with [Scope.NewTask] or a construct of the CDK, retries them with [WithRetries], and
// asks for each permission with [Scope.Allow]. Let an error that outlives its retries end the execution: a redrive then resumes
// in the state that failed. examples/consumer shows one.
//
// Requirements: SRC-06
type Extraction interface {
	// Validate reports every fault of the fields: a [fault.List], whose paths the pipeline puts under "Extraction".
	Validate() error

	// TimeLimit bounds the job; zero if the execution does not wait for one.
	TimeLimit() time.Duration

	// AddStates adds the states and returns their chain, nil where nothing runs. The chain's output is that of the state that starts
	// the job, [Scope.RunOutput], and with it the chain's input.
	AddStates(scope *Scope) awsstepfunctions.IChainable
}

// DefaultExtractionTimeout bounds a job that names no timeout.
const DefaultExtractionTimeout = 4 * time.Hour

// NoExtraction is for executions whose input has the features already.
type NoExtraction struct{}

// Validate implements [Extraction].
func (NoExtraction) Validate() error { return nil }

// TimeLimit implements [Extraction].
func (NoExtraction) TimeLimit() time.Duration { return 0 }

// AddStates implements [Extraction].
func (NoExtraction) AddStates(*Scope) awsstepfunctions.IChainable { return nil }

// scriptPattern is a Spark application's place in S3.
var scriptPattern = regexp.MustCompile(`^s3a?://[^/\s]+/\S+$`)

// validateJob reports the faults that every Spark job may have.
func validateJob(script string, limit time.Duration) fault.List {
	var faults fault.List
	if !check.Matches(scriptPattern, script) {
		faults.Add("Script", `must be an S3 URI, "s3://bucket/key"`, script)
	}
	faults.Include(validateTimeout(limit, time.Minute))
	return faults
}

// validateTimeout reports a Timeout that is neither the default nor whole seconds within its bounds.
func validateTimeout(limit, shortest time.Duration) fault.List {
	var faults fault.List
	if limit != 0 && (limit < shortest || limit > maximumTimeout || limit%time.Second != 0) {
		faults.Add("Timeout", fmt.Sprintf("must be whole seconds from %v to %v", shortest, maximumTimeout), limit)
	}
	return faults
}

func jobTimeout(limit time.Duration) time.Duration { return cmp.Or(limit, DefaultExtractionTimeout) }
