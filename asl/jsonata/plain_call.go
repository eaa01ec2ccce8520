package jsonata

// lambda is a function of the expression's own, with the scope in which it was made.
type lambda struct {
	*function
	scope *frame
}

type function struct {
	parameters []string
	body       plain
	steps      int // what a call costs: the nodes of the body
}

// lambda makes functions of a node; it is nil for what is no function, or no plain one.
func (c *compiler) lambda(n node) func(f *frame) *lambda {
	if n.kind() != "lambda" || n.has("thunk") || c.context || !n.hasOnly(plainKeys) {
		return nil
	}
	made := &function{body: c.compile(n.child("body")), steps: n.count()}
	known := map[string]bool{}
	for _, parameter := range n.list("arguments") {
		name := parameter.text("value")
		if known[name] {
			return nil
		}
		known[name] = true
		made.parameters = append(made.parameters, name)
	}
	if made.body == nil {
		return nil
	}
	return func(f *frame) *lambda { return &lambda{made, f} }
}

// call evaluates the body. Parameters without an argument are undefined, and arguments without a parameter are dropped.
func (l *lambda) call(arguments ...any) (value any, ok bool) {
	shared := l.scope.evaluation
	if shared.calls == maxCalls || !shared.spend(l.steps) {
		return nil, false
	}
	values := make([]any, len(l.parameters))
	for i := range values {
		values[i] = undefined{}
		if i < len(arguments) {
			values[i] = arguments[i]
		}
	}
	shared.calls++
	value, ok = l.body(&frame{evaluation: shared, outer: l.scope, names: l.parameters, values: values})
	shared.calls--
	return value, ok
}

// tailCall evaluates a call that is the last thing its function does. The library returns such a call to the caller and makes
// it there, without the steps that end an evaluation: a sequence of one, or of none, stays one.
func (c *compiler) tailCall(n node) plain {
	body := n.child("body")
	name := body.child("procedure").text("value")
	if !n.has("thunk") || name == "filter" || name == "map" {
		return nil
	}
	return c.compile(body)
}

// call is a call of a function of the expression's own, of the library or of AWS. A name can be bound to one at one time and to
// another at another.
func (c *compiler) call(n node) plain {
	procedure := n.child("procedure")
	name := procedure.text("value")
	if procedure.kind() != "variable" || !procedure.hasOnly(plainKeys) {
		return nil
	}
	arguments := n.list("arguments")
	builtin := c.builtin(name, arguments)
	if !c.bound[name] {
		return unlessVariable(name, builtin)
	}
	evaluate := c.arguments(arguments)
	if evaluate == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := f.lookup(name)
		if !ok {
			if _, isVariable := f.variables[name]; isVariable || builtin == nil {
				return nil, false
			}
			return builtin(f)
		}
		own, ok := value.(*lambda)
		if !ok {
			return nil, false
		}
		values, ok := evaluate(f)
		if !ok {
			return nil, false
		}
		return own.call(values...)
	}
}

// unlessVariable gives up where a variable of the state machine has the name of the function.
func unlessVariable(name string, builtin plain) plain {
	if builtin == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		if _, isVariable := f.variables[name]; isVariable {
			return nil, false
		}
		return builtin(f)
	}
}

// arguments evaluates the arguments of a call; it is nil when one is not plain.
func (c *compiler) arguments(nodes []node) func(f *frame) (values []any, ok bool) {
	compiled := make([]plain, len(nodes))
	for i, argument := range nodes {
		if compiled[i] = c.compile(argument); compiled[i] == nil {
			return nil
		}
	}
	return func(f *frame) ([]any, bool) {
		values := make([]any, len(compiled))
		for i, argument := range compiled {
			var ok bool
			if values[i], ok = argument(f); !ok {
				return nil, false
			}
		}
		return values, true
	}
}

// builtin is a call of a function of the library or of AWS.
func (c *compiler) builtin(name string, arguments []node) plain {
	switch {
	case name == "error": // the library makes the error
		return func(*frame) (any, bool) { return nil, false }
	case name == "string" && len(arguments) == 1 && isObject(arguments[0]):
		return c.text(arguments[0])
	case (name == "map" || name == "filter") && len(arguments) == 2:
		return c.each(arguments[0], arguments[1], name == "filter")
	}
	function, known := plainFunctions[name]
	if !known || len(arguments) < function.least || len(arguments) > function.most {
		return nil
	}
	evaluate := c.arguments(arguments)
	if evaluate == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		values, ok := evaluate(f)
		if !ok {
			return nil, false
		}
		return function.apply(f.evaluation, values)
	}
}

// each is $map or $filter: the function applied to each item, to its index and to all items.
func (c *compiler) each(list, procedure node, filters bool) plain {
	evaluate, function := c.compile(list), c.function(procedure)
	if evaluate == nil || function == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := evaluate(f)
		if !ok {
			return nil, false
		}
		apply, ok := function(f)
		if _, isUndefined := value.(undefined); isUndefined || !ok {
			return value, ok
		}
		var results []any
		items := asList(value)
		for i, item := range items {
			result, ok := apply.call(item, float64(i), items)
			if !ok {
				return nil, false
			}
			keep := result != any(undefined{})
			if filters {
				if keep, ok = truthOf(result); !ok {
					return nil, false
				}
				result = item
			}
			if keep {
				results = append(results, result)
			}
		}
		return collapsed(results), true
	}
}

// function is an argument that is a function of the expression's own.
func (c *compiler) function(n node) func(f *frame) (*lambda, bool) {
	if make := c.lambda(n); make != nil {
		return func(f *frame) (*lambda, bool) { return make(f), true }
	}
	name := n.text("value")
	if n.kind() != "variable" || !c.bound[name] || !n.hasOnly(plainKeys) {
		return nil
	}
	return func(f *frame) (*lambda, bool) {
		value, _ := f.lookup(name)
		own, ok := value.(*lambda)
		return own, ok
	}
}

// asList is what a function that takes an array makes of a value.
func asList(value any) []any {
	if items, isArray := value.([]any); isArray {
		return items
	}
	return []any{value}
}
