package risk

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// Downstream is a system that is told of high risk after the team, and after the approval where there is one: a
// [StateMachineExecution] or a [ServiceNowIncident].
type Downstream interface {
	// name is part of the names of the states.
	name() string

	// validate reports the faults of the fields.
	validate() []error

	// timeLimit bounds how long the system may take.
	timeLimit() time.Duration

	// addStates adds the states, the last of which goes on with next, and returns the first.
	addStates(p *ClinicalRiskPipeline, next awsstepfunctions.IChainable) awsstepfunctions.IChainable

	// statements are the permissions that the states need.
	statements(p *ClinicalRiskPipeline) []policy.Statement
}

var downstreamNamePattern = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,39}$`)

func validateDownstream(downstream []Downstream) error {
	var faults []error
	seen := map[string]bool{}
	for i, d := range downstream {
		report := func(format string, values ...any) {
			faults = append(faults, fmt.Errorf("Downstream[%d]%s", i, fmt.Sprintf(format, values...)))
		}
		if d == nil {
			report(" is required: a StateMachineExecution or a ServiceNowIncident")
			continue
		}
		if !downstreamNamePattern.MatchString(d.name()) {
			report(".Name must be 1 to 40 letters and digits that begin with a capital, got %q", d.name())
		}
		if seen[d.name()] {
			report(".Name must be unique, got %q twice", d.name())
		}
		seen[d.name()] = true
		for _, fault := range d.validate() {
			report(".%v", fault)
		}
	}
	return errors.Join(faults...)
}

// followUp is what happens after the alert: the approval, if there is one, then each downstream system in its turn, and
// then next. Of a test nobody is asked, and no other system hears.
//
// Requirements: SRC-22, P11-10f
func (p *ClinicalRiskPipeline) followUp(next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	if p.props.Approval == nil && len(p.props.Downstream) == 0 {
		return next
	}
	first := next
	for i := len(p.props.Downstream) - 1; i >= 0; i-- {
		first = p.props.Downstream[i].addStates(p, first)
	}
	return awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckTest), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is this a test?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(isTest))), next, because("a test")).
		Otherwise(p.gated(first, next))
}

// isTest is the JSONata expression of whether the execution is a test: its input says true, and its name says so, too. Anything
// less is none, so that neither a slip in an input nor one in a name keeps people from acting on an alert.
const isTest = "$states.input." + workflow.Test + ` = true and $substring($states.context.Execution.Name, 0, ` + testNameLength + `) = "` + workflow.TestExecution + `"`

// testNameLength is that of workflow.TestExecution.
const testNameLength = "6"

func (p *ClinicalRiskPipeline) downstreamStatements() []policy.Statement {
	var statements []policy.Statement
	for _, d := range p.props.Downstream {
		statements = append(statements, d.statements(p)...)
	}
	return statements
}

// correlation is the JSONata expression of an id that belongs to this execution and this downstream system, and stays the
// same when the execution is redriven: 32 hexadecimal digits.
func correlation(name string) string {
	return `$substring($hash($states.context.Execution.Id & "/` + name + `", "SHA-256"), 0, 32)`
}

// objectOf is the JSONata expression of an object with these fields.
func objectOf(fields []alertField) string {
	parts := []string{}
	for _, f := range fields {
		parts = append(parts, strconv.Quote(f.name)+": "+f.value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// finding is what a downstream system is told: what the alert says, under the same names.
func (p *ClinicalRiskPipeline) finding() []alertField {
	if p.props.Cohort != nil {
		return p.cohortAlert()
	}
	return p.subjectAlert()
}

// withDownstream is the JSONata expression of the data with the answer of a downstream system.
func withDownstream(name, answer string) string {
	return fmt.Sprintf(`$merge([$states.input, {"%[1]s": $merge([$states.input.%[1]s, {"%[2]s": %[3]s}])}])`, workflow.Downstream, name, answer)
}
