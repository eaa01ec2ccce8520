package risk

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// EMRServerlessJob is a Spark application that runs as a job of an existing EMR Serverless application.
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

	// SparkArguments are options of spark-submit, for instance "--conf", "spark.executor.memory=8g"; none may contain a
	// space. Default: none.
	SparkArguments []string

	// Arguments stand behind the script. One that is a JSONata expression, "{% $states.input.cutoff %}", is evaluated on
	// the execution's input. The job's description shows them: pass no subject data. Default: none.
	Arguments []string

	// LogURI is the place in S3, "s3://bucket/prefix/", that receives the job's logs; the role must be able to write
	// there. Default: storage managed by EMR Serverless, kept for 30 days.
	LogURI string

	// Timeout bounds the job, in whole seconds, one minute or more. Default: four hours.
	Timeout time.Duration
}

var (
	applicationIDPattern = regexp.MustCompile(`^[0-9a-z]{1,64}$`)
	logURIPattern        = regexp.MustCompile(`^s3://[^/\s]+(/\S*)?$`)
)

func (j EMRServerlessJob) validate() error {
	faults := []error{validScript(j.Script), validExtractionTimeout(j.Timeout)}
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }
	if !check.Matches(applicationIDPattern, j.ApplicationID) {
		report("Extraction.ApplicationID must be 1 to 64 lower-case letters and digits, got %q", j.ApplicationID)
	}
	if j.ExecutionRole == nil {
		report("Extraction.ExecutionRole is required: the role that the job assumes")
	}
	if i := slices.IndexFunc(j.SparkArguments, func(a string) bool { return strings.ContainsAny(a, " \t\n") }); i >= 0 {
		report("Extraction.SparkArguments must not contain spaces, got %q", j.SparkArguments[i])
	}
	if j.LogURI != "" && !check.Matches(logURIPattern, j.LogURI) {
		report(`Extraction.LogURI must be an S3 URI, "s3://bucket/prefix/", got %q`, j.LogURI)
	}
	return errors.Join(faults...)
}

func (j EMRServerlessJob) timeLimit() time.Duration { return orDefaultTimeout(j.Timeout) }

// addState starts the job and waits for its end. The CDK has no task for EMR Serverless. The job has a timeout of its own,
// too: without one EMR Serverless would end it after twelve hours.
func (j EMRServerlessJob) addState(p *ClinicalRiskPipeline) awsstepfunctions.IChainable {
	arguments := map[string]any{
		"Name":                    "clinical-risk-features",
		"ApplicationId":           j.ApplicationID,
		"ExecutionRoleArn":        *j.ExecutionRole.RoleArn(),
		"ExecutionTimeoutMinutes": math.Ceil(j.timeLimit().Minutes()),
		"JobDriver":               map[string]any{"SparkSubmit": j.sparkSubmit(p)},
	}
	if j.LogURI != "" {
		arguments["ConfigurationOverrides"] = map[string]any{
			"MonitoringConfiguration": map[string]any{"S3MonitoringConfiguration": map[string]any{"LogUri": j.LogURI}},
		}
	}
	return retrying(p.runJob(workflow.StartEMRServerlessJob, "Prepares the features on EMR Serverless.",
		"emr-serverless:startJobRun.sync", j.timeLimit(), arguments), emrServerlessRetries)
}

func (j EMRServerlessJob) sparkSubmit(p *ClinicalRiskPipeline) map[string]any {
	submit := map[string]any{
		"EntryPoint":          j.Script,
		"EntryPointArguments": slices.Concat(j.Arguments, p.runArguments()),
	}
	if len(j.SparkArguments) > 0 {
		submit["SparkSubmitParameters"] = strings.Join(j.SparkArguments, " ")
	}
	return submit
}

// statements follow https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html; the ids of job runs
// are not known beforehand.
func (j EMRServerlessJob) statements(p *ClinicalRiskPipeline) []policy.Statement {
	application := p.arn("emr-serverless", "/applications/"+j.ApplicationID)
	return []policy.Statement{
		policy.Allow(workflow.StartEMRServerlessJob, []string{application}, "emr-serverless:StartJobRun"),
		policy.Allow(workflow.StartEMRServerlessJob+"Run", []string{application + "/jobruns/*"},
			"emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"),
		passRole(workflow.StartEMRServerlessJob+"Role", *j.ExecutionRole.RoleArn(), "emr-serverless.amazonaws.com"),
		p.managedRule(workflow.StartEMRServerlessJob, "StepFunctionsGetEventsForEMRServerlessJobRule"),
	}
}
