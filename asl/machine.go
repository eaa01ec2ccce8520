package asl

import (
	"context"
	"errors"
)

// Machine is a loaded state machine. It is immutable, and safe for concurrent use.
type Machine struct{}

// LoadOption changes how Load works.
type LoadOption func(*loading)

type loading struct {
	lenient bool
}

// Lenient accepts what AWS accepts: it does not report faults that are Lint, which fail only when an execution gets there.
func Lenient() LoadOption { return func(l *loading) { l.lenient = true } }

// Load parses, validates and compiles a definition. The error joins a *Fault for everything that is wrong.
func Load(definition []byte, options ...LoadOption) (*Machine, error) {
	return nil, errors.ErrUnsupported
}

// Run executes the state machine on an input. The error reports only what is no outcome of an execution: an error of the handler
// that is no *Error, a cancelled context, options that make no sense.
func (m *Machine) Run(ctx context.Context, input any, o Options) (*Execution, error) {
	return nil, errors.ErrUnsupported
}
