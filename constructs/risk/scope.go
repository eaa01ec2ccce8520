package risk

import (
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
)

// Scope is all that an [Extraction] and a [Downstream] see of the pipeline: there they add their states and ask for permissions.
// Its [policy.Place] makes the ARNs of the pipeline's account and region.
type Scope struct {
	policy.Place
	construct  constructs.Construct
	machineARN string
	statements policy.Set
	output     *place       // where the extraction writes the cohort or the features; nil where nobody reads what it writes
	handedOn   bool         // whether the extraction asked for RunOutput
	finding    []alertField // what the alert says
	eachAlert  bool         // the states run once for each alert, whose data have workflow.AlertID
}

// place is an object in S3.
type place struct {
	bucket string // its name
	key    string // a JSONata expression
	member string // of the data, which holds the address
}

// addTo is the JSONata expression of the data with the object's address and what else is known of it, members of an object.
func (p place) addTo(data string, known ...string) string {
	members := append([]string{`"bucket": "` + p.bucket + `"`, `"key": ` + p.key}, known...)
	return `$merge([` + data + `, {"` + p.member + `": {` + strings.Join(members, ", ") + `}}])`
}

// Construct is the CDK's scope of the states. The ids of the states are their names.
func (s *Scope) Construct() constructs.Construct { return s.construct }

// MachineARN is the ARN of the pipeline's state machine.
func (s *Scope) MachineARN() string { return s.machineARN }

// Allow gives the executions' role statements that the states need. Begin their names with the name of the state. The role has
// no other statements: a call without one is denied.
func (s *Scope) Allow(statements ...policy.Statement) { s.statements.Add(statements...) }

// AllowManagedRule lets Step Functions learn of a job's end through a rule of EventBridge that it manages in this account, under
// a fixed name: https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
func (s *Scope) AllowManagedRule(state, rule string) {
	s.Allow(policy.Allow(state+"Events", []string{s.ARN("events", "rule/"+rule)}, services.RuleActions...))
}

// Task is a task for an integration for which the CDK has no construct.
type Task struct {
	// Comment says what the state does, for those who look at the graph.
	Comment string

	// Integration is the service and the call, such as "glue:startJobRun.sync".
	Integration string

	// Timeout bounds one attempt, in whole seconds.
	Timeout time.Duration

	// Arguments are the arguments of the call. A string "{% … %}" is a JSONata expression.
	Arguments map[string]any

	// Output is the JSONata expression of the state's output, without {% and %}.
	Output string
}

// NewTask adds the task under the name of the state.
func (s *Scope) NewTask(name string, task Task) awsstepfunctions.CustomState {
	return awsstepfunctions.NewCustomState(s.construct, &name, &awsstepfunctions.CustomStateProps{StateJson: &map[string]any{
		"Type":           "Task",
		"Comment":        task.Comment,
		"Resource":       s.Integration(task.Integration),
		"Arguments":      task.Arguments,
		"TimeoutSeconds": task.Timeout.Seconds(),
		"Output":         expression(task.Output),
	}})
}

// RunArguments tell a job what it works for: --trial-id, --run-id (the execution's name) and, for a [Cohort] or [FromS3], --output
// (the S3 URI of the object to write), each followed by its value. With [FromS3] they also have --subject. A [GlueJob] writes underscores in
// their names.
//
// The object belongs to one attempt of the state: a retry and a redrive write another one. A job that outlives its attempt, as a
// Spark driver in cluster mode may, so changes nothing that the execution reads. The same state hands the object's address on, by
// [Scope.RunOutput], and no other state computes it.
//
// Requirements: SRC-08
func (s *Scope) RunArguments() []string {
	arguments := []string{
		"--trial-id", inputText(workflow.TrialID),
		"--run-id", expression("$states.context.Execution.Name"),
	}
	if s.output != nil && s.output.member == workflow.Extracted {
		arguments = append(arguments, "--subject", inputText(workflow.Subject))
	}
	if s.output != nil {
		arguments = append(arguments, "--output", expression(`"s3://`+s.output.bucket+`/" & `+s.output.key))
	}
	return arguments
}

// RunOutput is the JSONata expression of the output of the state that starts the job: its input and, for a [Cohort] or [FromS3], the address
// of the object that this attempt wrote. It belongs into the state that has the [Scope.RunArguments].
func (s *Scope) RunOutput() string {
	s.handedOn = true
	if s.output == nil {
		return "$states.input"
	}
	return s.output.addTo("$states.input")
}

// Finding is the JSONata expression of the object that tells another system what the alert says, under the same names.
func (s *Scope) Finding() string { return objectOf(s.finding) }

// FindingText is the JSONata expression of the alert's text.
func (s *Scope) FindingText() string { return alertText(s.finding) }

// Correlation is the JSONata expression of an id that belongs to the alert and to a downstream system: 32 hexadecimal digits. It stays the
// same when the execution is redriven and, where the trial has a registry of alerts, in later runs. Where the other system is told of a
// run, and not of each alert, the id belongs to the execution.
func (s *Scope) Correlation(system string) string {
	about := "$states.context.Execution.Id"
	if s.eachAlert {
		about = "$states.input." + workflow.AlertID
	}
	return `$substring($hash(` + about + ` & "/` + system + `", "SHA-256"), 0, 32)`
}

// Once is the JSONata expression of an id that belongs to this execution, to the alert and to a downstream system: 32 hexadecimal digits. A
// redrive has the same, and a later run that tells of the alert again has another.
func (s *Scope) Once(system string) string {
	if !s.eachAlert {
		return s.Correlation(system)
	}
	return `$substring($hash($states.context.Execution.Id & "/" & $states.input.` + workflow.AlertID + ` & "/` + system + `", "SHA-256"), 0, 32)`
}

// WithAnswer is the JSONata expression of the state's input with the answer of a downstream system, itself an expression, at
// downstream.SYSTEM.
func (s *Scope) WithAnswer(system, answer string) string {
	return `$merge([$states.input, {"` + workflow.Downstream + `": $merge([$states.input.` + workflow.Downstream + `, {"` + system + `": ` + answer + `}])}])`
}
