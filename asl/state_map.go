package asl

import (
	"strings"

	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// mapState runs its item processor for each item of a list, in the execution itself or in child executions.
type mapState struct {
	common
	recovery
	work
	processor      *program
	distributed    *distribution  // nil: inline
	items          query.Template // in JSONata; nil when absent
	itemsPath      *query.Path    // in JSONPath; nil when absent
	itemSelector   query.Template // or the older Parameters; nil when absent
	maxConcurrency *quantity      // nil when absent
}

func newMap(f *fields) state {
	s := &mapState{common: f.common("Map")}
	s.next = f.transition()
	s.maxConcurrency = f.quantity("MaxConcurrency", 0, maxTimeout, true)
	f.itemProcessor(s)
	if f.jsonata {
		s.items = f.itemsTemplate()
	} else {
		s.itemsPath, _ = f.path("ItemsPath", false)
	}
	s.itemSelector = f.selector()
	f.distribution(s.distributed)
	s.work, s.recovery = f.work(&s.common, false), f.recovery()
	return s
}

// itemProcessor reads ItemProcessor, or the older Iterator.
func (f *fields) itemProcessor(s *mapState) {
	name := "ItemProcessor"
	if !f.has(name) && f.has("Iterator") {
		name = "Iterator"
	}
	inner, ok := f.object(name)
	if !ok {
		if !f.has(name) {
			f.fault("ItemProcessor", "is missing")
		}
		return
	}
	inner.comment()
	if config, ok := inner.object("ProcessorConfig"); ok {
		if config.oneOf("Mode", "INLINE", "DISTRIBUTED") == "DISTRIBUTED" {
			s.distributed = &distribution{childType: Type(config.oneOf("ExecutionType", string(Standard), string(Express)))}
		}
		config.take("ExecutionType")
		config.unread("a processor configuration")
	}
	inner.scope = f.scope.nested()
	if s.distributed != nil {
		f.standardOnly("ItemProcessor.ProcessorConfig.Mode", "a Distributed Map")
		inner.scope = f.scope.isolated(s.distributed.childType)
	}
	s.processor = f.c.program(inner)
	inner.unread("an item processor")
}

// itemsTemplate reads JSONata Items: an array, an object or an expression.
func (f *fields) itemsTemplate() query.Template {
	v, ok := f.take("Items")
	if !ok {
		return nil
	}
	text, isText := v.(string)
	_, isExpression := query.ExpressionSource(text)
	switch v.(type) {
	case []any, *value.Object:
	default:
		if !isText || !isExpression {
			f.fault("Items", "must be an array, an object or a JSONata expression in {%% %%}, got %s", value.TypeName(v))
		}
	}
	return f.jsonataTemplate("Items", v, seesInput)
}

// selector reads ItemSelector, or in JSONPath the older Parameters.
func (f *fields) selector() query.Template {
	if !f.jsonata && f.has("Parameters") {
		if f.has("ItemSelector") {
			f.fault("Parameters", "cannot be combined with ItemSelector")
		}
		return f.payload("Parameters", nil)
	}
	return f.payload("ItemSelector", seesInput)
}

func (s *mapState) run(b *branch, _ *visit) (any, *target, error) { return b.persist(s, &s.recovery) }

func (s *mapState) attempt(b *branch) (any, error) {
	input, err := b.effectiveInput()
	if err != nil {
		return nil, err
	}
	limit, err := s.concurrency(b.evaluating(input))
	if err != nil {
		return nil, err
	}
	var result any
	switch {
	case b.mocked():
		result, err = s.mock(b, input)
	case s.distributed != nil:
		result, err = s.runDistributed(b, input, limit)
	default:
		result, err = s.runInline(b, input, limit)
	}
	if err != nil {
		return nil, err
	}
	return s.finish(b, result)
}

// concurrency returns the number of items that may be processed at a time.
func (s *mapState) concurrency(env *query.Env) (int, error) {
	most, unlimited := maxInline, maxInline
	if s.distributed != nil {
		most, unlimited = maxChildren, defaultChildren
	}
	if s.maxConcurrency == nil {
		return unlimited, nil
	}
	n, err := s.maxConcurrency.eval(env, true)
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, runtimeFault("Expected non-negative integer for MaxConcurrency, got '%v' instead.", n)
	case n == 0:
		return unlimited, nil
	}
	return int(min(n, float64(most))), nil
}

// list returns the items in the state's data: the elements of an array, or the members of an object as pairs.
func (s *mapState) list(b *branch, input any) ([]any, error) {
	env := b.evaluating(input)
	v := input
	var err error
	switch {
	case s.items != nil:
		v, err = s.items.Eval(env)
	case s.itemsPath != nil:
		v, err = s.itemsPath.Eval(env)
	}
	if err != nil {
		return nil, err
	}
	if !s.jsonata {
		b.inspect(StepItemsPath, v)
	}
	switch v := v.(type) {
	case []any:
		return v, nil
	case *value.Object:
		return items.Pairs(v), nil
	}
	switch {
	case s.items != nil:
		return nil, query.Unexpected(s.items, v, "array")
	case s.jsonata:
		return nil, &query.Error{Name: ErrQueryEvaluation, Cause: "Map state input must be an array but was: " + value.Encode(v)}
	}
	path := "$"
	if s.itemsPath != nil {
		path = "$" + strings.TrimLeft(s.itemsPath.Source(), "$") // the message has one $, even for the context object
	}
	return nil, runtimeFault("Reference path \"%s\" must point to array.", path) // recorded in 2024, before objects were allowed
}

// selected returns the input of an item's processing: the item, or the value that ItemSelector makes from it.
func (s *mapState) selected(b *branch, input any, item *mapItem) (any, error) {
	if s.itemSelector == nil {
		return item.input(), nil
	}
	outer := b.item
	b.item, b.at.context = item, nil
	v, err := s.itemSelector.Eval(b.evaluating(input))
	b.item, b.at.context = outer, nil
	if err != nil {
		return nil, err
	}
	return v, checkSize(v, s.name)
}
