package risk

import (
	"fmt"
	"regexp"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// Downstream is a system that is notified of high risk after the team, and after the approval where there is one: a
// [StateMachineExecution], a [ServiceNowIncident], or a type of your own.
//
// A system of your own adds its states with [Scope.NewTask] or a construct of the CDK, retries them with [WithRetries], and asks
// for each permission with [Scope.Allow]. It tells the other system [Scope.Finding] and nothing else of a subject. A retry or a
// redrive may call the other system again, and so may a later run whose subject got worse: let [Scope.Correlation] tell it that it knows
// the alert. Let an error that outlives its retries end the execution. In a cohort with an approval or a registry of alerts, the states
// run once for each alert. examples/consumer shows one.
type Downstream interface {
	// ID ends the names of the states and names the answer in the data: 1 to 40 letters and digits, the first a capital, and
	// another one for each system.
	ID() string

	// Validate reports every fault of the fields: a [fault.List], whose paths the pipeline puts under "Downstream[0]".
	Validate() error

	// TimeLimit bounds how long the states may take.
	TimeLimit() time.Duration

	// AddStates adds the states and returns the first. The last one continues with next.
	AddStates(scope *Scope, next awsstepfunctions.IChainable) awsstepfunctions.IChainable
}

// placed is a downstream system that only the stack can judge: it must be in the stack's account and region.
type placed interface {
	validateIn(stack awscdk.Stack) fault.List
}

var downstreamIDPattern = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,39}$`)

func validateDownstream(downstream []Downstream) fault.List {
	var faults fault.List
	seen := map[string]bool{}
	for i, d := range downstream {
		var own fault.List
		if d == nil {
			own.Add("", "is required: a StateMachineExecution or a ServiceNowIncident")
			faults.Include(own.Under(element(i)))
			continue
		}
		if !downstreamIDPattern.MatchString(d.ID()) {
			own.Add("Name", "must be 1 to 40 letters and digits that begin with a capital", d.ID())
		}
		if seen[d.ID()] {
			own.Add("Name", "must be unique", fault.Twice(d.ID()))
		}
		seen[d.ID()] = true
		own.Include(fault.In(d.Validate()))
		faults.Include(own.Under(element(i)))
	}
	return faults
}

func element(i int) string { return fmt.Sprintf("Downstream[%d]", i) }

// followUp is what happens after the alert: the approval, if there is one, then one downstream system after the other, for each
// approved subject of a cohort, and then next. A test asks nobody and notifies no other system, and so does a cohort with records of another execution.
//
// Requirements: SRC-22, P11-10f
func (p *ClinicalRiskPipeline) followUp(next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	if p.props.Approval == nil && len(p.props.Downstream) == 0 {
		return next
	}
	first := p.told(next)
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckTest), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is this a test?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(isTest))), next, because("a test"))
	if p.props.Cohort != nil {
		check.When(awsstepfunctions.Condition_Jsonata(jsii.String(expression("$states.input."+workflow.Conflicts+" > 0"))), next,
			because("records of another execution"))
	}
	return check.Otherwise(p.gated(first, next))
}
