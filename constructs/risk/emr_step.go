package risk

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// EMRStep is a Spark application that runs as a step on an existing EMR cluster. The cluster's own log place receives its
// logs.
//
// Requirements: SRC-06
type EMRStep struct {
	// ClusterID is the id of the running cluster, "j-" and capital letters and digits, in the pipeline's own account and
	// region.
	ClusterID string

	// Script is the application: the S3 URI of a Python file or a JAR that the cluster can read.
	Script string

	// SparkArguments stand between spark-submit and the script, for instance "--deploy-mode", "cluster". Default: none.
	SparkArguments []string

	// Arguments stand behind the script. One that is a JSONata expression, "{% $states.input.cutoff %}", is evaluated on
	// the execution's input. Cluster logs and the step's description show them: pass no subject data. Default: none.
	Arguments []string

	// Timeout bounds the step, in whole seconds, one minute or more. Default: four hours.
	Timeout time.Duration
}

var clusterIDPattern = regexp.MustCompile(`^j-[A-Z0-9]{1,253}$`)

func (s EMRStep) validate() error {
	var cluster error
	if !check.Matches(clusterIDPattern, s.ClusterID) {
		cluster = fmt.Errorf(`Extraction.ClusterID must be "j-" and capital letters and digits, got %q`, s.ClusterID)
	}
	return errors.Join(cluster, validScript(s.Script), validExtractionTimeout(s.Timeout))
}

func (s EMRStep) timeLimit() time.Duration { return orDefaultTimeout(s.Timeout) }

// command is what command-runner.jar executes on the cluster.
func (s EMRStep) command(p *ClinicalRiskPipeline) []string {
	return slices.Concat([]string{"spark-submit"}, s.SparkArguments, []string{s.Script}, s.Arguments, p.runArguments())
}

// addState submits the step and waits for its end. The step's result describes the step, so the input is what goes on.
func (s EMRStep) addState(p *ClinicalRiskPipeline) awsstepfunctions.IChainable {
	state := awsstepfunctionstasks.EmrAddStep_Jsonata(p, jsii.String(workflow.StartEMRJob), &awsstepfunctionstasks.EmrAddStepJsonataProps{
		Comment:            jsii.String("Prepares the features on the cluster."),
		IntegrationPattern: awsstepfunctions.IntegrationPattern_RUN_JOB,
		ClusterId:          &s.ClusterID,
		Name:               jsii.String("Clinical risk features"),
		ActionOnFailure:    awsstepfunctionstasks.ActionOnFailure_CONTINUE,
		Jar:                jsii.String("command-runner.jar"),
		Args:               jsii.Strings(s.command(p)...),
		TaskTimeout:        timeout(s.timeLimit()),
		Outputs:            expression("$states.input"),
	})
	return retrying(state, emrRetries)
}

func (s EMRStep) statements(p *ClinicalRiskPipeline) []policy.Statement {
	return []policy.Statement{
		policy.Allow(workflow.StartEMRJob, []string{p.arn("elasticmapreduce", "cluster/"+s.ClusterID)},
			"elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps"),
		p.managedRule(workflow.StartEMRJob, "StepFunctionsGetEventForEMRAddJobFlowStepsRule"),
	}
}
