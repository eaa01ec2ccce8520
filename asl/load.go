package asl

import (
	"errors"
	"fmt"
)

// LoadOption changes how Load works.
type LoadOption func(*loading)

type loading struct {
	lenient bool
}

// Lenient makes Load accept every definition that AWS accepts: it does not report faults that are Lint.
func Lenient() LoadOption { return func(l *loading) { l.lenient = true } }

// Load parses, validates and compiles a definition. The error joins one *Fault for each error in the definition.
func Load(definition []byte, options ...LoadOption) (*Machine, error) {
	var l loading
	for _, option := range options {
		option(&l)
	}
	raw, faults, err := parseDefinition(definition)
	if err != nil {
		return nil, &Fault{Message: fmt.Sprintf("the definition is not a JSON object: %v", err)}
	}
	c := &compiler{faults: faults, names: map[string]bool{}}
	m := c.machine(raw)
	if err := c.err(l.lenient); err != nil {
		return nil, err
	}
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
	return errors.Join(faults...)
}
