package risk

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// EMRStep is a Spark application that runs as a step on an existing EMR cluster.
type EMRStep struct {
	// ClusterID is the id of the running cluster, "j-" and capital letters and digits, in the pipeline's own account and
	// region.
	ClusterID string

	// Script is the application: the S3 URI of a Python file or a JAR that the cluster can read.
	Script string

	// SparkArguments stand between spark-submit and the script, for instance "--deploy-mode", "cluster". Default: none.
	SparkArguments []string

	// Arguments stand behind the script. One that is a JSONata expression, "{% $states.input.trialId %}", is evaluated on
	// the execution's input. Cluster logs and the step's description show them: pass no subject data. Default: none.
	Arguments []string

	// Timeout bounds the step, in whole seconds, one minute or more. When it passes, Step Functions cancels the step.
	// Default: four hours.
	Timeout time.Duration
}

var (
	clusterIDPattern = regexp.MustCompile(`^j-[A-Z0-9]{1,253}$`)
	scriptPattern    = regexp.MustCompile(`^s3a?://[^/\s]+/\S+$`)
)

func (s EMRStep) validate() error {
	var faults []error
	if !matches(clusterIDPattern, s.ClusterID) {
		faults = append(faults, fmt.Errorf(`Extraction.ClusterID must be "j-" and capital letters and digits, got %q`, s.ClusterID))
	}
	if !matches(scriptPattern, s.Script) {
		faults = append(faults, fmt.Errorf(`Extraction.Script must be an S3 URI, "s3://bucket/key", got %q`, s.Script))
	}
	if s.Timeout != 0 {
		faults = append(faults, validTimeout("Extraction.Timeout", s.Timeout, time.Minute))
	}
	return errors.Join(faults...)
}

func (s EMRStep) withDefaults() EMRStep {
	if s.Timeout == 0 {
		s.Timeout = DefaultExtractionTimeout
	}
	return s
}

// command is what command-runner.jar executes on the cluster.
func (s EMRStep) command() []string {
	command := append([]string{"spark-submit"}, s.SparkArguments...)
	return append(append(command, s.Script), s.Arguments...)
}

// startEMRJob submits the step and waits for its end. The step's result describes the step, so the input is what goes on.
func (p *ClinicalRiskPipeline) startEMRJob() awsstepfunctions.TaskStateBase {
	step := p.props.Extraction
	state := awsstepfunctionstasks.EmrAddStep_Jsonata(p, jsii.String(workflow.StartEMRJob), &awsstepfunctionstasks.EmrAddStepJsonataProps{
		Comment:            jsii.String("Prepares the features on the cluster."),
		IntegrationPattern: awsstepfunctions.IntegrationPattern_RUN_JOB,
		ClusterId:          &step.ClusterID,
		Name:               jsii.String("Clinical risk features"),
		ActionOnFailure:    awsstepfunctionstasks.ActionOnFailure_CONTINUE,
		Jar:                jsii.String("command-runner.jar"),
		Args:               jsii.Strings(step.command()...),
		TaskTimeout:        timeout(step.Timeout),
		Outputs:            expression("$states.input"),
	})
	return retrying(state, emrRetries)
}
