package asl

import "clinical-risk-pipeline/asl/internal/query"

// choiceState follows the first rule that matches. When no rule matches and there is no Default, the service reports States.Runtime
// and not, as documented, States.NoChoiceMatched.
type choiceState struct {
	common
	rules    []choiceRule
	fallback *target // Default; nil when absent
}

// choiceRule is a top-level entry of Choices.
type choiceRule struct {
	condition condition      // in JSONPath
	formula   query.Template // in JSONata
	next      *target
	output    query.Template // in JSONata; nil when absent
	assign    query.Template // nil when absent
}

func newChoice(f *fields) state {
	s := &choiceState{common: f.common("Choice")}
	rules := f.objects("Choices")
	if len(rules) == 0 {
		f.fault("Choices", "must be a list of at least one rule")
	}
	for _, rule := range rules {
		s.rules = append(s.rules, rule.choiceRule())
	}
	if name, ok := f.text("Default"); ok {
		s.fallback = f.target("Default", name)
	}
	if f.jsonata {
		s.output = f.payload("Output", seesInput)
	}
	s.assign = f.assign(seesInput)
	return s
}

func (f *fields) choiceRule() choiceRule {
	f.comment()
	r := choiceRule{next: f.target("Next", f.required("Next"))}
	if f.jsonata {
		if !f.has("Condition") {
			f.fault("Condition", "is missing")
		}
		r.formula, r.output = f.condition(), f.payload("Output", seesInput)
	} else {
		r.condition = f.rule()
	}
	r.assign = f.assign(seesInput)
	f.unread("a choice rule")
	return r
}

// condition reads a JSONata Condition: a boolean or an expression.
func (f *fields) condition() query.Template {
	if v, isBool := f.member("Condition").(bool); isBool {
		f.read["Condition"] = true
		return query.Constant{Value: v}
	}
	return f.expression("Condition", seesInput)
}

func (s *choiceState) run(b *branch, v *visit) (any, *target, error) {
	input, err := b.effectiveInput()
	if err != nil {
		return nil, nil, located(err, v)
	}
	output, next, assign := s.output, s.fallback, s.assign
	for i := range s.rules {
		r := &s.rules[i]
		matched, err := r.matches(b.evaluating(input))
		if err != nil {
			return nil, nil, located(err, v)
		}
		if matched {
			output, next, assign = r.output, r.next, r.assign
			break
		}
	}
	if next == nil {
		return nil, nil, located(runtimeFault("Failed to transition out of the state. The state does not point to a next state."), v)
	}
	if s.jsonata {
		result, err := b.finishTemplates(assign, output, b.evaluating(v.input), v.input)
		return result, next, located(err, v)
	}
	if err := b.assign(assign, b.evaluating(input)); err != nil {
		return nil, nil, located(err, v)
	}
	result, err := s.outputPath.apply(b.evaluating(input))
	return result, next, located(err, v)
}

func (r *choiceRule) matches(env *query.Env) (bool, error) {
	if r.formula == nil {
		return r.condition.matches(env)
	}
	v, err := r.formula.Eval(env)
	if err != nil {
		return false, err
	}
	matched, ok := v.(bool)
	if !ok {
		return false, query.Unexpected(r.formula, v, "boolean")
	}
	return matched, nil
}
