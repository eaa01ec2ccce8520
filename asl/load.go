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

// WithJSONata sets the JSONata library. Default: the library that jsonata.Find finds in the working directory or a parent. It is
// opened only when a state uses JSONata.
func WithJSONata(library *jsonata.Library) LoadOption {
	return func(l *loading) { l.library = library }
}

// Lenient makes Load accept every definition that AWS accepts: it does not report faults that are Lint.
func Lenient() LoadOption { return func(l *loading) { l.lenient = true } }

// Load parses, validates and compiles a definition. The error joins one *Fault for each error in the definition. It also reports
// that the definition needs the JSONata library and Load cannot find it.
func Load(definition []byte, options ...LoadOption) (*Machine, error) {
	var l loading
	for _, option := range options {
		option(&l)
	}
	raw, faults, err := parseDefinition(definition)
	if err != nil {
		return nil, &Fault{Message: fmt.Sprintf("the definition is not a JSON object: %v", err)}
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
