package asl

import (
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl/jsonata"
)

// LoadOption changes how Load works.
type LoadOption func(*loading)

type loading struct {
	library *jsonata.Library
	lenient bool
}

// WithJSONata sets the JSONata library. Default: the one that jsonata.Find finds from the working directory upward, opened
// only when a state uses JSONata.
func WithJSONata(library *jsonata.Library) LoadOption {
	return func(l *loading) { l.library = library }
}

// Lenient accepts what AWS accepts: it does not report faults that are Lint, which fail only when an execution gets there.
func Lenient() LoadOption { return func(l *loading) { l.lenient = true } }

// Load parses, validates and compiles a definition. The error joins a *Fault for everything that is wrong, and says when the
// definition needs the JSONata library and it cannot be found.
func Load(definition []byte, options ...LoadOption) (*Machine, error) {
	var l loading
	for _, option := range options {
		option(&l)
	}
	raw, faults, err := parseDefinition(definition)
	if err != nil {
		return nil, &Fault{Message: fmt.Sprintf("the definition is no JSON object: %v", err)}
	}
	c := &compiler{library: l.library, faults: faults, names: map[string]bool{}}
	m := c.machine(raw)
	if err := c.err(l.lenient); err != nil {
		return nil, err
	}
	m.library = c.library
	return m, nil
}

// err joins the faults.
func (c *compiler) err(lenient bool) error {
	var faults []error
	for _, f := range c.faults {
		if !f.Lint || !lenient {
			faults = append(faults, f)
		}
	}
	return errors.Join(append(faults, c.libraryErr)...)
}
