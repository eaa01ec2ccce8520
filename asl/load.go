package asl

import (
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl/value"
)

// LoadOption changes how Load works.
type LoadOption func(*loading)

type loading struct {
	lenient bool
	kind    Type
}

// Lenient makes Load accept every definition that CreateStateMachine accepts: it does not report faults that are Lint.
func Lenient() LoadOption { return func(l *loading) { l.lenient = true } }

// As makes Load refuse what a workflow of the type does not support. Default: Load accepts what Standard supports, and [Machine.Run]
// refuses an Express execution of it.
func As(t Type) LoadOption { return func(l *loading) { l.kind = t } }

// Load parses, validates and compiles a definition. The error joins one *Fault for each error in the definition.
func Load(definition []byte, options ...LoadOption) (*Machine, error) {
	return load(definition, options, (*compiler).machine)
}

// load loads a definition with the function that compiles it.
func load(definition []byte, options []LoadOption, compile func(*compiler, *value.Object) *Machine) (*Machine, error) {
	var l loading
	for _, option := range options {
		option(&l)
	}
	if l.kind != "" && l.kind != Standard && l.kind != Express {
		return nil, fmt.Errorf("asl: As needs %s or %s, got %q", Standard, Express, l.kind)
	}
	if faults := barePlaceholders(definition); faults != nil {
		return nil, errors.Join(faults...)
	}
	raw, faults, err := parseDefinition(definition)
	if err != nil {
		message := fmt.Sprintf("the definition is not a JSON object: %v", err)
		return nil, &Fault{Message: message + aboutPlaceholder(message)}
	}
	c := &compiler{faults: faults, names: map[string]bool{}, raised: map[string]bool{}, unknown: map[string][]*Fault{}}
	m := compile(c, raw)
	if l.kind == Express {
		c.faults = append(c.faults, c.standardOnly...)
	}
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
