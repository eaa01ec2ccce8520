package risk

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// GlueJob is an existing AWS Glue job. Its logs go where the job's own definition sends them, by default to
// /aws-glue/jobs/output and /aws-glue/jobs/error in CloudWatch Logs. It gets the arguments of Data and of [Scope.RunArguments] with
// underscores: --trial_id, --run_id and, for a [Cohort], --output.
//
// Requirements: SRC-06
type GlueJob struct {
	// JobName is the job's name, in the pipeline's own account and region: 1 to 255 characters.
	JobName string

	// Arguments are the job's arguments by name, each name with its leading "--". Step Functions evaluates a value that is a
	// JSONata expression, "{% $states.input.cutoff %}", on the execution's input. The console and the job's logs show the
	// arguments: pass no subject data. Default: none.
	Arguments map[string]string

	// PyFiles are the packages that the script imports: S3 URIs of .py, .zip, .egg or .whl files that the job's role can read, for instance the
	// jobs.zip of `make jobs`. Default: none.
	PyFiles []string

	// Data says which data of the trial the script reads, as options before those of the run: see [TrialData]. Default: the script gets no such
	// options.
	Data *TrialData

	// Timeout bounds the job, in whole seconds, one minute or more. Default: four hours.
	Timeout time.Duration
}

// extraPyFiles is Glue's own name of the packages:
// https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
const extraPyFiles = "--extra-py-files"

// glueRetries submit the job again.
var glueRetries = submission(services.StartGlueJob)

// Validate implements [Extraction].
func (j GlueJob) Validate() error {
	faults := validateTimeout(j.Timeout, time.Minute)
	if j.JobName == "" || len(j.JobName) > 255 || strings.ContainsAny(j.JobName, "*\n") {
		faults.Add("JobName", "must be 1 to 255 characters on one line and without *", j.JobName)
	}
	faults.Include(validatePackages(j.PyFiles))
	faults.Include(j.Data.validate())
	for _, name := range slices.Sorted(maps.Keys(j.Arguments)) {
		if !strings.HasPrefix(name, "--") {
			faults.Add("Arguments", `must have names that begin with "--"`, name)
		}
	}
	return faults.Err()
}

// TimeLimit implements [Extraction].
func (j GlueJob) TimeLimit() time.Duration { return jobTimeout(j.Timeout) }

// AddStates implements [Extraction]: it starts the job and waits for its end. The CDK's own task would turn the timeout into
// Glue's and leave the state without one.
func (j GlueJob) AddStates(scope *Scope) awsstepfunctions.IChainable {
	scope.Allow(policy.Allow(workflow.StartGlueJob, []string{scope.ARN("glue", "job/"+j.JobName)}, services.StartGlueJob.Actions()...))

	return WithRetries(scope.NewTask(workflow.StartGlueJob, Task{
		Comment:     "Prepares the features on Glue.",
		Integration: services.StartGlueJob.Integration,
		Timeout:     j.TimeLimit(),
		Arguments: map[string]any{
			"JobName":   j.JobName,
			"Arguments": j.arguments(scope),
			"Timeout":   math.Ceil(j.TimeLimit().Minutes()),
		},
		Output: scope.RunOutput(),
	}), glueRetries)
}

// arguments are the job's own and those of the run. The script reads them with getResolvedOptions, which takes no hyphens:
// https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
func (j GlueJob) arguments(scope *Scope) map[string]any {
	arguments := map[string]any{}
	for name, value := range j.Arguments {
		arguments[name] = value
	}
	named := slices.Concat(packageArguments(extraPyFiles, j.PyFiles), j.Data.arguments(), scope.RunArguments())
	for pair := range slices.Chunk(named, 2) {
		name := pair[0]
		if name != extraPyFiles {
			name = "--" + strings.ReplaceAll(strings.TrimPrefix(name, "--"), "-", "_")
		}
		arguments[name] = pair[1]
	}
	return arguments
}
