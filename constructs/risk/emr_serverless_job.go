package risk

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// EMRServerlessJob is a Spark application that runs as a job of an existing EMR Serverless application. The job has no retry policy of
// EMR Serverless: its attempts would all write the object of one attempt of the state, and the last one might write late.
//
// Requirements: SRC-06
type EMRServerlessJob struct {
	// ApplicationID is the id of the EMR Serverless application, lower-case letters and digits, in the pipeline's own
	// account and region.
	ApplicationID string

	// ExecutionRole is the role that the job itself assumes to read its data. Its trust policy names
	// emr-serverless.amazonaws.com.
	ExecutionRole awsiam.IRole

	// Script is the application: the S3 URI of a Python file or a JAR that the role can read.
	Script string

	// PyFiles are the packages that the script imports: S3 URIs of .py, .zip, .egg or .whl files that the role can read, for instance the
	// jobs.zip of `make jobs`. Default: none.
	PyFiles []string

	// SparkArguments are options of spark-submit, for instance "--conf", "spark.executor.memory=8g"; none may contain a
	// space. Default: none.
	SparkArguments []string

	// Arguments come after the script. Step Functions evaluates an argument that is a JSONata expression,
	// "{% $states.input.cutoff %}", on the execution's input. The job's description shows the arguments: pass no subject data.
	// Default: none.
	Arguments []string

	// Data says which data of the trial the script reads, as options before those of the run: see [TrialData]. Default: the script gets no such
	// options.
	Data *TrialData

	// LogURI is the place in S3, "s3://bucket/prefix/", that receives the job's logs; the role must be able to write
	// there. Default: storage that EMR Serverless manages, kept for 30 days.
	LogURI string

	// Timeout bounds the job, in whole seconds, one minute or more. Default: four hours.
	Timeout time.Duration
}

// emrServerlessRetries submit the job again.
var emrServerlessRetries = submission(services.StartServerlessJob)

var (
	applicationIDPattern = regexp.MustCompile(`^[0-9a-z]{1,64}$`)
	logURIPattern        = regexp.MustCompile(`^s3://[^/\s]+(/\S*)?$`)
)

// Validate implements [Extraction].
func (j EMRServerlessJob) Validate() error {
	faults := validateJob(j.Script, j.Timeout)
	if !check.Matches(applicationIDPattern, j.ApplicationID) {
		faults.Add("ApplicationID", "must be 1 to 64 lower-case letters and digits", j.ApplicationID)
	}
	if j.ExecutionRole == nil {
		faults.Add("ExecutionRole", "is required: the role that the job assumes")
	}
	if i := slices.IndexFunc(j.SparkArguments, func(a string) bool { return strings.ContainsAny(a, " \t\n") }); i >= 0 {
		faults.Add("SparkArguments", "must not contain spaces", j.SparkArguments[i])
	}
	faults.Include(validatePackages(j.PyFiles))
	faults.Include(j.Data.validate())
	if j.LogURI != "" && !check.Matches(logURIPattern, j.LogURI) {
		faults.Add("LogURI", `must be an S3 URI, "s3://bucket/prefix/"`, j.LogURI)
	}
	return faults.Err()
}

// TimeLimit implements [Extraction].
func (j EMRServerlessJob) TimeLimit() time.Duration { return jobTimeout(j.Timeout) }

// AddStates implements [Extraction]: it starts the job and waits for its end. The CDK has no task for EMR Serverless.
func (j EMRServerlessJob) AddStates(scope *Scope) awsstepfunctions.IChainable {
	j.allow(scope)
	return WithRetries(scope.NewTask(workflow.StartEMRServerlessJob, Task{
		Comment:     "Prepares the features on EMR Serverless.",
		Integration: services.StartServerlessJob.Integration,
		Timeout:     j.TimeLimit(),
		Arguments:   j.arguments(scope),
		Output:      scope.RunOutput(),
	}), emrServerlessRetries)
}

// allow adds the statements. Nobody knows the ids of the job runs beforehand.
func (j EMRServerlessJob) allow(scope *Scope) {
	application := scope.ARN("emr-serverless", "/applications/"+j.ApplicationID)
	scope.Allow(
		policy.Allow(workflow.StartEMRServerlessJob, []string{application}, services.StartServerlessJob.Operation.Action),
		policy.Allow(workflow.StartEMRServerlessJob+"Run", []string{application + "/jobruns/*"}, services.StartServerlessJob.JobActions()...),
		policy.PassRole(workflow.StartEMRServerlessJob+"Role", *j.ExecutionRole.RoleArn(), "emr-serverless.amazonaws.com"),
	)
	scope.AllowManagedRule(workflow.StartEMRServerlessJob, services.StartServerlessJob.Rule)
}

// arguments are those of StartJobRun. The job has a timeout of its own, too: without one EMR Serverless ends it after twelve
// hours.
func (j EMRServerlessJob) arguments(scope *Scope) map[string]any {
	submit := map[string]any{
		"EntryPoint":          j.Script,
		"EntryPointArguments": slices.Concat(j.Arguments, j.Data.arguments(), scope.RunArguments()),
	}
	if parameters := slices.Concat(j.SparkArguments, packageArguments("--py-files", j.PyFiles)); len(parameters) > 0 {
		submit["SparkSubmitParameters"] = strings.Join(parameters, " ")
	}
	arguments := map[string]any{
		"Name":                    "clinical-risk-features",
		"ApplicationId":           j.ApplicationID,
		"ExecutionRoleArn":        *j.ExecutionRole.RoleArn(),
		"ExecutionTimeoutMinutes": math.Ceil(j.TimeLimit().Minutes()),
		"JobDriver":               map[string]any{"SparkSubmit": submit},
	}
	if j.LogURI != "" {
		arguments["ConfigurationOverrides"] = map[string]any{
			"MonitoringConfiguration": map[string]any{"S3MonitoringConfiguration": map[string]any{"LogUri": j.LogURI}},
		}
	}
	return arguments
}
