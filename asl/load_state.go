package asl

import "clinical-risk-pipeline/asl/value"

// LoadState parses, validates and compiles the definition of a single state, so that [Machine.TestState] can visit it under the name. The
// states that it leads to need not exist. The error joins one *Fault for each error, as that of [Load].
func LoadState(definition []byte, name string, options ...LoadOption) (*Machine, error) {
	return load(definition, options, func(c *compiler, raw *value.Object) *Machine { return c.single(name, raw) })
}

// single compiles a state without a machine around it.
func (c *compiler) single(name string, raw *value.Object) *Machine {
	root := &scopeInfo{assigned: map[string]bool{}, caught: map[string]bool{}}
	p := &program{states: map[string]state{}, order: []string{name}}
	var targets []*target
	if p.start = c.state(root, name, raw, &targets); p.start != nil {
		p.states[name] = p.start
	}
	root.check(c.report)
	c.checkErrorNames()
	return &Machine{program: p}
}

// StateInfo describes a state of a machine.
type StateInfo struct {
	Name     string
	Type     string   // such as "Task"
	Resource string   // of a task: the ARN in the definition
	Token    bool     // of a task: it gets a task token, as an activity and the patterns .sync and .waitForTaskToken do
	Exports  bool     // of a Map: a ResultWriter exports the results, so that the state's result is an object
	Inner    []string // of a Parallel or Map state: the names of the states inside, at any depth, sorted within each branch
}

// State returns the state with the name, at any depth. ok is false when there is none.
func (m *Machine) State(name string) (info StateInfo, ok bool) {
	s := m.program.find(name)
	if s == nil {
		return StateInfo{}, false
	}
	c := s.base()
	info = StateInfo{Name: c.name, Type: c.kind}
	switch s := s.(type) {
	case *taskState:
		info.Resource, info.Token = s.resource.arn, s.resource.givesToken()
	case *mapState:
		info.Exports = s.distributed != nil && s.distributed.writer.arguments != nil
	}
	for _, p := range innerPrograms(s) {
		info.Inner = append(info.Inner, p.names()...)
	}
	return info, true
}

// innerPrograms returns the branches of a Parallel state and the item processor of a Map.
func innerPrograms(s state) []*program {
	switch s := s.(type) {
	case *parallelState:
		return s.branches
	case *mapState:
		return []*program{s.processor}
	}
	return nil
}

// names returns the names of all states, at any depth.
func (p *program) names() []string {
	var all []string
	for _, name := range p.order {
		all = append(all, name)
		for _, inner := range innerPrograms(p.states[name]) {
			all = append(all, inner.names()...)
		}
	}
	return all
}

// find returns the state with the name at any depth, or nil.
func (p *program) find(name string) state {
	if s := p.states[name]; s != nil {
		return s
	}
	for _, other := range p.order {
		for _, inner := range innerPrograms(p.states[other]) {
			if s := inner.find(name); s != nil {
				return s
			}
		}
	}
	return nil
}
