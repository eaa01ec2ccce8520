package assembly

import (
	"errors"
	"fmt"
	"slices"
)

// environment is the stacks of a Stage, or one stack outside the Stages.
type environment struct {
	name    string   // "dev", or a stack's name
	path    string   // the Stage's construct path in lower case, "pipeline/dev", or the stack's name
	stage   bool     // false for a single stack
	stacks  []*Stack // may have the state machine
	exports []*Stack // may export values that the state machine imports
}

// environment returns the environment with the name.
func (a *Assembly) environment(name string) (environment, error) {
	i := slices.IndexFunc(a.environments, func(e environment) bool { return e.name == name })
	if i < 0 {
		return environment{}, fmt.Errorf("%s: no environment %q, the assembly has %s: synthesize again with `make synth`, or choose another with --environment",
			a.dir, name, list(a.Environments()))
	}
	return a.environments[i], nil
}

// StateMachines returns the state machines of an environment with resolved definitions: the Standard ones, or the Express ones if it has
// no others.
func (a *Assembly) StateMachines(name string) ([]*StateMachine, error) {
	e, err := a.environment(name)
	if err != nil {
		return nil, err
	}
	return e.stateMachines()
}

// stateMachines returns the Standard state machines of the environment, or the Express ones if it has no others.
func (e environment) stateMachines() ([]*StateMachine, error) {
	var standard, express []*StateMachine
	var faults []error
	for _, stack := range e.stacks {
		machines, err := stack.stateMachines(e.exports)
		faults = append(faults, err)
		for _, m := range machines {
			if m.Express {
				express = append(express, m)
			} else {
				standard = append(standard, m)
			}
		}
	}
	if len(standard) == 0 {
		return express, errors.Join(faults...)
	}
	return standard, errors.Join(faults...)
}

func (e environment) stackNames() []string {
	var names []string
	for _, s := range e.stacks {
		names = append(names, s.Name)
	}
	return names
}
