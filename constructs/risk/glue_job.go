package risk

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// GlueJob is an existing AWS Glue job. Its logs are where the job's own definition sends them, by default
// /aws-glue/jobs/output and /aws-glue/jobs/error in CloudWatch Logs.
//
// Requirements: SRC-06
type GlueJob struct {
	// JobName is the job's name, in the pipeline's own account and region: 1 to 255 characters.
	JobName string

	// Arguments are the job's arguments by name, each name with its leading "--". A value that is a JSONata expression,
	// "{% $states.input.cutoff %}", is evaluated on the execution's input. The console and the job's logs show them: pass
	// no subject data. Default: none.
	Arguments map[string]string

	// Timeout bounds the job, in whole seconds, one minute or more. Default: four hours.
	Timeout time.Duration
}

func (j GlueJob) validate() error {
	faults := []error{validExtractionTimeout(j.Timeout)}
	if j.JobName == "" || len(j.JobName) > 255 || strings.ContainsAny(j.JobName, "*\n") {
		faults = append(faults, fmt.Errorf("Extraction.JobName must be 1 to 255 characters on one line and without *, got %q", j.JobName))
	}
	for _, name := range slices.Sorted(maps.Keys(j.Arguments)) {
		if !strings.HasPrefix(name, "--") {
			faults = append(faults, fmt.Errorf(`Extraction.Arguments must have names that begin with "--", got %q`, name))
		}
	}
	return errors.Join(faults...)
}

func (j GlueJob) timeLimit() time.Duration { return orDefaultTimeout(j.Timeout) }

// addState starts the job and waits for its end. The CDK's own task turns the timeout into Glue's and leaves the state
// without one.
func (j GlueJob) addState(p *ClinicalRiskPipeline) awsstepfunctions.IChainable {
	arguments := map[string]any{}
	for name, value := range j.Arguments {
		arguments[name] = value
	}
	for pair := range slices.Chunk(p.runArguments(), 2) {
		arguments[pair[0]] = pair[1]
	}
	return retrying(p.runJob(workflow.StartGlueJob, "Prepares the features on Glue.", "glue:startJobRun.sync", j.timeLimit(),
		map[string]any{
			"JobName":   j.JobName,
			"Arguments": arguments,
			"Timeout":   math.Ceil(j.timeLimit().Minutes()),
		}), glueRetries)
}

// statements follow https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html.
func (j GlueJob) statements(p *ClinicalRiskPipeline) []policy.Statement {
	return []policy.Statement{policy.Allow(workflow.StartGlueJob, []string{p.arn("glue", "job/"+j.JobName)},
		"glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")}
}
