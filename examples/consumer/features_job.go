package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/constructs/risk"
)

// FeaturesJob is an extraction of the team's own: a SageMaker Processing job, whose container writes the cohort's object.
//
//	StartFeaturesJob → FindCohort → …
type FeaturesJob struct {
	// Image is the container's image in ECR.
	Image string

	// Role is the role that the job assumes, in the pipeline's own account. It must be allowed to write the cohort's object.
	Role awsiam.IRole

	// InstanceType is the machine that the job runs on, such as "ml.m7i.2xlarge".
	InstanceType string

	// Timeout bounds the job, in whole seconds from one minute to nine days. Default: four hours.
	Timeout time.Duration
}

// The compiler checks that the type is an extraction.
var _ risk.Extraction = FeaturesJob{}

// startFeaturesJob is the name of the state. Alarms, the console and the role's statements show it.
const startFeaturesJob = "StartFeaturesJob"

// jobPrefix begins the name of every job, so that the role can be limited to these jobs.
const jobPrefix = "trial-features-"

// featuresRetries submit the job again when SageMaker throttles the call or all machines are in use. No other error is retried:
// States.TaskFailed means that an accepted job has failed, perhaps after hours, and it would fail again.
var featuresRetries = risk.Retry{
	Errors:   []string{"SageMaker.AmazonSageMakerException", "SageMaker.ResourceLimitExceededException"},
	Attempts: 5, Interval: 5 * time.Second, MaxDelay: 2 * time.Minute,
}

// Validate implements [risk.Extraction]. It reports every fault. The pipeline adds the path: "Extraction.Image is required".
func (j FeaturesJob) Validate() error {
	var faults fault.List
	if j.Image == "" {
		faults.Add("Image", "is required: the image of the container")
	}
	if j.Role == nil {
		faults.Add("Role", "is required: the role that the job assumes")
	}
	if j.InstanceType == "" {
		faults.Add("InstanceType", `is required, such as "ml.m7i.2xlarge"`)
	}
	if limit := j.TimeLimit(); limit < time.Minute || limit > longestJob || limit%time.Second != 0 {
		faults.Add("Timeout", fmt.Sprintf("must be whole seconds from %v to %v", time.Minute, longestJob), j.Timeout)
	}
	return faults.Err()
}

// longestJob is the highest limit that SageMaker accepts:
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingStoppingCondition.html
const longestJob = 9 * 24 * time.Hour

// TimeLimit implements [risk.Extraction]. The pipeline adds it to the time limit of the whole execution.
func (j FeaturesJob) TimeLimit() time.Duration {
	return cmp.Or(j.Timeout, risk.DefaultExtractionTimeout)
}

// AddStates implements [risk.Extraction]: one state starts the job and waits for its end. It hands its input on, because later
// states need it.
func (j FeaturesJob) AddStates(scope *risk.Scope) awsstepfunctions.IChainable {
	j.allow(scope)
	task := scope.NewTask(startFeaturesJob, risk.Task{
		Comment:     "Prepares the features on SageMaker.",
		Integration: "sagemaker:createProcessingJob.sync",
		Timeout:     j.TimeLimit(),
		Arguments:   j.arguments(scope),
		Output:      scope.RunOutput(),
	})
	return risk.WithRetries(task, featuresRetries)
}

// arguments are those of CreateProcessingJob. The container gets --trial-id, --run-id and --output, as every extraction does.
//
// A retry repeats the job's name, so that SageMaker refuses a second job for the same execution. A redrive changes the name,
// because the first job has failed.
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
func (j FeaturesJob) arguments(scope *risk.Scope) map[string]any {
	name := `"` + jobPrefix + `" & ` + scope.Correlation(startFeaturesJob) + ` & "-" & $string($states.context.Execution.RedriveCount)`
	return map[string]any{
		"ProcessingJobName": jsonata(name),
		"RoleArn":           j.Role.RoleArn(),
		"AppSpecification":  map[string]any{"ImageUri": j.Image, "ContainerArguments": scope.RunArguments()},
		"ProcessingResources": map[string]any{"ClusterConfig": map[string]any{
			"InstanceCount": 1, "InstanceType": j.InstanceType, "VolumeSizeInGB": 30,
		}},
		"StoppingCondition": map[string]any{"MaxRuntimeInSeconds": j.TimeLimit().Seconds()},
	}
}

// allow asks for the permissions of this state and of no other: the pipeline's role has exactly what its states ask for. The
// statements' names begin with the state's name. Step Functions tags the job and stops it when the execution is stopped.
// https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
func (j FeaturesJob) allow(scope *risk.Scope) {
	jobs := scope.ARN("sagemaker", "processing-job/"+jobPrefix+"*")
	scope.Allow(
		policy.Allow(startFeaturesJob, []string{jobs}, "sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob",
			"sagemaker:StopProcessingJob", "sagemaker:AddTags", "sagemaker:ListTags"),
		policy.PassRole(startFeaturesJob+"Role", *j.Role.RoleArn(), "sagemaker.amazonaws.com"),
	)
	scope.AllowManagedRule(startFeaturesJob, "StepFunctionsGetEventsForSageMakerProcessingJobsRule")
}

// jsonata marks a JSONata expression for Step Functions.
func jsonata(expression string) string { return "{% " + expression + " %}" }
