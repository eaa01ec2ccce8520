package judge

import (
	"context"
	"fmt"

	"clinical-risk-pipeline/local/assembly"
)

// Plan is what to ask, with the engine's answers.
type Plan struct {
	Machines  []*Machine
	Questions []*Question
	Skipped   []Skipped

	expected []*expected // by question
}

// Machine is a state machine that the plan is about.
type Machine struct {
	*assembly.StateMachine
	Environment string
	States      []string // those about which the plan asks, in the order of the definition; none if only the definition is validated
}

// Skipped is a state about which the plan does not ask.
type Skipped struct {
	Machine string `json:"machine"`
	State   string `json:"state"`
	Why     string `json:"why"`
}

// Request says what to plan.
type Request struct {
	Environment string // whose states are tested. The definitions of all environments are validated
	Sample      Sample
	Alike       int // how many visits of a state are asked about that go the same way. Default: 2
}

// NewPlan records scenarios of an environment's state machines and makes the questions.
func NewPlan(ctx context.Context, a *assembly.Assembly, r Request) (*Plan, error) {
	if r.Alike == 0 {
		r.Alike = 2
	}
	ours, err := newEngine()
	if err != nil {
		return nil, err
	}
	p := &planner{Plan: &Plan{}, request: r, ours: ours, known: map[string]*expected{}}
	found := false
	for _, environment := range a.Environments() {
		machines, err := a.StateMachines(environment)
		if err != nil {
			return nil, err
		}
		for _, m := range machines {
			machine := &Machine{StateMachine: m, Environment: environment}
			p.Machines = append(p.Machines, machine)
			if _, err := p.add(ctx, validation(m)); err != nil {
				return nil, err
			}
			if environment != r.Environment {
				continue
			}
			found = true
			if err := p.survey(ctx, machine); err != nil {
				return nil, err
			}
		}
	}
	if !found {
		_, err := a.StateMachines(r.Environment) // An unknown environment; the error lists those that there are.
		if err == nil {
			err = fmt.Errorf("environment %q has no state machine", r.Environment)
		}
		return nil, err
	}
	return p.Plan, nil
}

// planner makes a plan.
type planner struct {
	*Plan
	request Request
	ours    *engine
	known   map[string]*expected // by the key of the question
}

// add adds a question, unless the plan has it, and returns the engine's answer.
func (p *planner) add(ctx context.Context, q *Question) (*expected, error) {
	key := keyOf("", q)
	if answer := p.known[key]; answer != nil {
		return answer, nil
	}
	answer, err := p.ours.answer(ctx, q)
	if err != nil {
		return nil, err
	}
	p.known[key] = answer
	p.Questions, p.expected = append(p.Questions, q), append(p.expected, answer)
	return answer, nil
}
