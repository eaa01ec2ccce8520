package risk

import (
	"regexp"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// EMRStep is a Spark application that runs as a step on an existing EMR cluster. Its logs go where the cluster sends them.
//
// Requirements: SRC-06
type EMRStep struct {
	// ClusterID is the id of the running cluster, "j-" and capital letters and digits, in the pipeline's own account and
	// region.
	ClusterID string

	// Script is the application: the S3 URI of a Python file or a JAR that the cluster can read.
	Script string

	// PyFiles are the packages that the script imports: S3 URIs of .py, .zip, .egg or .whl files that the cluster can read, for instance the
	// jobs.zip of `make jobs`. Default: none.
	PyFiles []string

	// SparkArguments come between spark-submit and the script, for instance "--deploy-mode", "cluster". Default: none.
	SparkArguments []string

	// Arguments come after the script. Step Functions evaluates an argument that is a JSONata expression,
	// "{% $states.input.cutoff %}", on the execution's input. Cluster logs and the step's description show the arguments: pass
	// no subject data. Default: none.
	Arguments []string

	// Data says which data of the trial the script reads, as options before those of the run: see [TrialData]. Default: the script gets no such
	// options.
	Data *TrialData

	// Timeout bounds the step, in whole seconds, one minute or more. Default: four hours.
	Timeout time.Duration
}

// emrRetries submit the step again.
var emrRetries = submission(services.AddStep)

var clusterIDPattern = regexp.MustCompile(`^j-[A-Z0-9]{1,253}$`)

// Validate implements [Extraction].
func (s EMRStep) Validate() error {
	var faults fault.List
	if !check.Matches(clusterIDPattern, s.ClusterID) {
		faults.Add("ClusterID", `must be "j-" and capital letters and digits`, s.ClusterID)
	}
	faults.Include(validateJob(s.Script, s.Timeout))
	faults.Include(validatePackages(s.PyFiles))
	faults.Include(s.Data.validate())
	return faults.Err()
}

// TimeLimit implements [Extraction].
func (s EMRStep) TimeLimit() time.Duration { return jobTimeout(s.Timeout) }

// AddStates implements [Extraction]: it submits the step and waits for its end. The result describes the step, so the state
// hands its input on.
func (s EMRStep) AddStates(scope *Scope) awsstepfunctions.IChainable {
	scope.Allow(policy.Allow(workflow.StartEMRJob, []string{scope.ARN("elasticmapreduce", "cluster/"+s.ClusterID)},
		services.AddStep.Actions()...))
	scope.AllowManagedRule(workflow.StartEMRJob, services.AddStep.Rule)

	state := awsstepfunctionstasks.EmrAddStep_Jsonata(scope.Construct(), jsii.String(workflow.StartEMRJob), &awsstepfunctionstasks.EmrAddStepJsonataProps{
		Comment:            jsii.String("Prepares the features on the cluster."),
		IntegrationPattern: awsstepfunctions.IntegrationPattern_RUN_JOB,
		ClusterId:          &s.ClusterID,
		Name:               jsii.String("Clinical risk features"),
		ActionOnFailure:    awsstepfunctionstasks.ActionOnFailure_CONTINUE,
		Jar:                jsii.String("command-runner.jar"),
		Args:               jsii.Strings(s.command(scope)...),
		TaskTimeout:        timeout(s.TimeLimit()),
		Outputs:            expression(scope.RunOutput()),
	})
	return WithRetries(state, emrRetries)
}

// command is what command-runner.jar executes on the cluster.
func (s EMRStep) command(scope *Scope) []string {
	return slices.Concat([]string{"spark-submit"}, s.SparkArguments, packageArguments("--py-files", s.PyFiles), []string{s.Script},
		s.Arguments, s.Data.arguments(), scope.RunArguments())
}
