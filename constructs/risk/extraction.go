package risk

import (
	"fmt"
	"regexp"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// Extraction prepares the features: an [EMRStep], an [EMRServerlessJob], a [GlueJob], or [NoExtraction] where they are
// there already. Each is exchanged for another in one line of the props.
//
// The job is started with the arguments --trial-id, --run-id (the execution's name) and, for a [Cohort], --output (the S3
// URI of the object to write), behind the user's own. A job that is cancelled with its execution, or runs into its timeout,
// is cancelled where it runs, too.
//
// Requirements: SRC-06
type Extraction interface {
	// validate reports the faults of the fields, each with the prefix "Extraction.".
	validate() error

	// timeLimit bounds the job; zero where there is none to wait for.
	timeLimit() time.Duration

	// addState adds the task that runs the job and hands its input on; nil where there is nothing to run.
	addState(p *ClinicalRiskPipeline) awsstepfunctions.IChainable

	// statements are the permissions that the task needs.
	statements(p *ClinicalRiskPipeline) []policy.Statement
}

// DefaultExtractionTimeout bounds a job that names no timeout.
const DefaultExtractionTimeout = 4 * time.Hour

// NoExtraction is for executions whose input carries the features already.
type NoExtraction struct{}

func (NoExtraction) validate() error                                            { return nil }
func (NoExtraction) timeLimit() time.Duration                                   { return 0 }
func (NoExtraction) addState(*ClinicalRiskPipeline) awsstepfunctions.IChainable { return nil }
func (NoExtraction) statements(*ClinicalRiskPipeline) []policy.Statement        { return nil }

// scriptPattern is a Spark application's place in S3.
var scriptPattern = regexp.MustCompile(`^s3a?://[^/\s]+/\S+$`)

func validScript(script string) error {
	if !check.Matches(scriptPattern, script) {
		return fmt.Errorf(`Extraction.Script must be an S3 URI, "s3://bucket/key", got %q`, script)
	}
	return nil
}

func validExtractionTimeout(timeout time.Duration) error {
	if timeout == 0 {
		return nil
	}
	return validTimeout("Extraction.Timeout", timeout, time.Minute)
}

func orDefaultTimeout(timeout time.Duration) time.Duration {
	if timeout == 0 {
		return DefaultExtractionTimeout
	}
	return timeout
}

// runArguments tell a job what it works for, as its last arguments.
//
// Requirements: SRC-08
func (p *ClinicalRiskPipeline) runArguments() []string {
	arguments := []string{
		"--trial-id", inputText(workflow.TrialID),
		"--run-id", expression("$states.context.Execution.Name"),
	}
	if c := p.props.Cohort; c != nil {
		place := `"s3://` + *c.Bucket.BucketName() + `/" & ` + keyOf(c.Prefix, workflow.CohortFile)
		arguments = append(arguments, "--output", expression(place))
	}
	return arguments
}

// runJob adds a task that starts a job and waits for its end, for services that the CDK has no fitting task for. The
// result describes the job, so the input is what goes on.
func (p *ClinicalRiskPipeline) runJob(name, comment, integration string, limit time.Duration, arguments map[string]any) awsstepfunctions.CustomState {
	return awsstepfunctions.NewCustomState(p, &name, &awsstepfunctions.CustomStateProps{StateJson: &map[string]any{
		"Type":           "Task",
		"Comment":        comment,
		"Resource":       p.integration(integration),
		"Arguments":      arguments,
		"TimeoutSeconds": limit.Seconds(),
		"Output":         expression("$states.input"),
	}})
}

// managedRule lets Step Functions hear of a job's end through a rule that it manages in this account under a fixed name.
func (p *ClinicalRiskPipeline) managedRule(state, rule string) policy.Statement {
	return policy.Allow(state+"Events", []string{p.arn("events", "rule/"+rule)}, "events:PutTargets", "events:PutRule", "events:DescribeRule")
}
