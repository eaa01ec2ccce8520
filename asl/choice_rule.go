package asl

import (
	"sort"
	"strings"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// condition is a compiled JSONPath choice rule.
type condition interface {
	matches(env *query.Env) (bool, error)
}

// rule compiles a rule: And, Or, Not, or a comparison of a Variable.
func (f *fields) rule() condition {
	switch {
	case f.has("And"):
		return and(f.rules("And"))
	case f.has("Or"):
		return or(f.rules("Or"))
	case f.has("Not"):
		inner, ok := f.object("Not")
		if !ok {
			return nil
		}
		return not{inner.nestedRule()}
	}
	return f.comparison()
}

func (f *fields) rules(name string) []condition {
	inner := f.objects(name)
	if len(inner) == 0 {
		f.fault(name, "must be a list of at least one rule")
	}
	all := make([]condition, len(inner))
	for i := range inner {
		all[i] = inner[i].nestedRule()
	}
	return all
}

// nestedRule compiles a rule inside another rule. It cannot have a Next.
func (f *fields) nestedRule() condition {
	f.comment()
	rule := f.rule()
	if f.has("Next") {
		f.read["Next"] = true
		f.fault("Next", "is only allowed in a top-level rule of Choices")
	}
	f.unread("a choice rule")
	return rule
}

// comparison compiles a Variable and its operator.
func (f *fields) comparison() condition {
	c := &comparison{}
	if !f.has("Variable") {
		f.fault("Variable", "is missing")
	}
	c.variable, _ = f.path("Variable", false)
	var found []string
	for _, name := range f.raw.Keys() {
		if _, ok := operators[strings.TrimSuffix(name, "Path")]; ok {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		sort.Strings(found)
		f.fault("", "a choice rule needs one comparison operator such as NumericGreaterThan, got %d: %s", len(found), strings.Join(found, ", "))
		for _, name := range found {
			f.read[name] = true
		}
		return c
	}
	c.operand(f, found[0])
	return c
}

// operand reads the operator's operand.
func (c *comparison) operand(f *fields, name string) {
	plain, isPath := strings.CutSuffix(name, "Path")
	c.operator = operators[plain]
	if isPath {
		if strings.HasPrefix(plain, "Is") || plain == "StringMatches" {
			f.fault(name, "is not an operator; use %s", plain)
		}
		c.path, _ = f.path(name, false)
		return
	}
	v, _ := f.take(name)
	c.constant = v
	if !c.operator.accepts(v) {
		f.fault(name, "must be %s, got %s", c.operator.kind, value.Encode(v))
	}
}

type and []condition

func (a and) matches(env *query.Env) (bool, error) {
	for _, rule := range a {
		if matched, err := rule.matches(env); !matched || err != nil {
			return false, err
		}
	}
	return true, nil
}

type or []condition

func (o or) matches(env *query.Env) (bool, error) {
	for _, rule := range o {
		if matched, err := rule.matches(env); matched || err != nil {
			return matched, err
		}
	}
	return false, nil
}

type not struct{ condition }

func (n not) matches(env *query.Env) (bool, error) {
	matched, err := n.condition.matches(env)
	return !matched && err == nil, err
}

// comparison compares a variable with a constant or with another value in the input.
type comparison struct {
	variable *query.Path
	operator operator
	constant any
	path     *query.Path // nil: compare with constant
}

func (c *comparison) matches(env *query.Env) (bool, error) {
	v, found, err := c.variable.Lookup(env)
	switch {
	case err != nil:
		return false, err
	case c.operator.presence:
		return found == c.constant, nil
	case !found:
		return false, invalidVariable(c.variable)
	case c.path == nil:
		return c.operator.compare(v, c.constant), nil
	}
	operand, found, err := c.path.Lookup(env)
	switch {
	case err != nil:
		return false, err
	case !found:
		return false, invalidVariable(c.path)
	}
	return c.operator.compare(v, operand), nil
}

func invalidVariable(p *query.Path) error {
	return runtimeFault("Invalid path '%s': The choice state's condition path references an invalid value.", p.Source())
}
