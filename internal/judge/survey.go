package judge

import (
	"context"
	"fmt"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// survey plans the questions about the states of a machine.
func (p *planner) survey(ctx context.Context, m *Machine) error {
	s, err := newSubject(m.StateMachine, p.request.Sample)
	if err != nil {
		return err
	}
	scenarios, err := Record(ctx, m.StateMachine, p.request.Sample)
	if err != nil {
		return err
	}
	m.States = s.names
	u := &survey{planner: p, subject: s, alike: map[string]int{}, first: map[string]*visit{}}
	for _, name := range s.names {
		if s.states[name].Text("Type") == "Wait" {
			u.first[name] = &visit{state: name}
			u.Skipped = append(u.Skipped, Skipped{m.Stack, name, "a test of a Wait state takes as long as it waits"})
		}
	}
	for _, scenario := range scenarios {
		u.example = scenario.Execution
		for _, x := range append([]*asl.Execution{scenario.Execution}, scenario.Children...) {
			for _, v := range visits(x) {
				if err := u.recorded(ctx, scenario, v); err != nil {
					return err
				}
			}
		}
	}
	return u.rest(ctx)
}

// survey asks about each state of a machine.
type survey struct {
	*planner
	*subject
	alike   map[string]int    // how many questions go the same way
	first   map[string]*visit // of each state
	reached []*visit          // of states that no scenario visits, by an answer of the engine
	example *asl.Execution    // of the last scenario
}

// recorded asks about a visit of a scenario, unless enough others went the same way.
func (u *survey) recorded(ctx context.Context, scenario Scenario, v *visit) error {
	if u.states[v.state].Text("Type") == "Wait" {
		return nil
	}
	way := v.state + "\n" + v.next
	for _, a := range v.attempts {
		way += "\n" + fmt.Sprint(a.err != nil)
		if a.err != nil {
			way += a.err.Name
		}
	}
	if u.alike[way]++; u.alike[way] > u.request.Alike {
		return nil
	}
	if u.first[v.state] == nil {
		u.first[v.state] = v
	}
	for _, q := range u.subject.recorded(scenario.Name, v, scenario.Children) {
		answer, err := u.ask(ctx, q, v)
		if err == nil && answer.Refusal != nil && q.Test.Mock != nil { // What a stand-in returns is no response of the API.
			_, err = u.ask(ctx, q.withoutValidation(), v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ask adds a question, and notes the state to which the engine's answer leads.
func (u *survey) ask(ctx context.Context, q *Question, v *visit) (*expected, error) {
	answer, err := u.add(ctx, q)
	if err != nil {
		return nil, err
	}
	next, _ := answer.Body["nextState"].(string)
	output, hasOutput := answer.Body["output"].(string)
	if next == "" || !hasOutput {
		return answer, nil
	}
	led := &visit{state: next, execution: v.execution, variables: v.variables, from: "after " + q.State + ", " + q.About}
	if led.input, err = asl.Decode([]byte(output)); err != nil {
		return nil, err
	}
	inspection, _ := answer.Body["inspectionData"].(map[string]any)
	if text, ok := inspection["variables"].(string); ok {
		variables, err := asl.Decode([]byte(text))
		if err != nil {
			return nil, err
		}
		led.variables, _ = variables.(*value.Object)
	}
	u.reached = append(u.reached, led)
	return answer, nil
}

// rest asks about errors, and about the states that no scenario visits: by what leads to them, or else with an empty input.
func (u *survey) rest(ctx context.Context) error {
	begin := u.definition.Text("StartAt")
	empty := &visit{state: begin, input: value.NewObject(0), variables: value.NewObject(0), execution: u.example}
	if _, err := u.ask(ctx, u.question("an empty input", empty), empty); err != nil {
		return err
	}
	failed := map[string]bool{}
	for {
		for _, name := range u.names {
			if v := u.first[name]; v != nil && !failed[name] {
				failed[name] = true
				for _, q := range u.failures(v) {
					if _, err := u.ask(ctx, q, v); err != nil {
						return err
					}
				}
			}
		}
		v := u.unknown()
		if v == nil {
			return nil
		}
		u.first[v.state] = v
		if u.mocked(v.state) {
			continue // Its failures are asked about.
		}
		if _, err := u.ask(ctx, u.question(v.from, v), v); err != nil {
			return err
		}
	}
}

// unknown returns a visit of a state that was not asked about, or nil.
func (u *survey) unknown() *visit {
	for len(u.reached) > 0 {
		v := u.reached[0]
		u.reached = u.reached[1:]
		if u.first[v.state] == nil {
			return v
		}
	}
	for _, name := range u.names {
		if u.first[name] == nil {
			return &visit{state: name, input: value.NewObject(0), variables: value.NewObject(0), execution: u.example, from: "an empty input, since nothing leads to it here"}
		}
	}
	return nil
}
