package jsonata

// lambda is a function that the expression defines, with the scope of its definition.
type lambda struct {
	*function
	scope *frame
}

type function struct {
	parameters []string
	body       plain
	steps      int // the cost of a call: the number of nodes in the body
}

// lambda compiles a node that defines a function. It returns nil if the node does not, or if the function is not plain.
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

// call evaluates the body. A parameter without an argument is undefined. An argument without a parameter is dropped.
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

// tailCall compiles a call in tail position. The library makes such a call in the caller, without the steps that end an evaluation:
// a sequence of one item or none stays a sequence.
func (c *compiler) tailCall(n node) plain {
	body := n.child("body")
	name := body.child("procedure").text("value")
	if !n.has("thunk") || name == "filter" || name == "map" {
		return nil
	}
	return c.compile(body)
}

// call compiles a call of a function of the expression, the library or AWS. A name can refer to different functions at different
// times.
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

// unlessVariable gives up when a variable of the state machine has the name of the function.
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

// arguments compiles the arguments of a call. It returns nil when one of them is not plain.
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

// builtin compiles a call of a function of the library or AWS.
func (c *compiler) builtin(name string, arguments []node) plain {
	switch {
	case name == "error", name == "sort": // only the library can raise the error or sort
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

// each compiles $map or $filter, which call the function with each item, its index and all items.
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

// function compiles an argument that is a function of the expression.
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

// asList converts a value for a function that takes an array.
func asList(value any) []any {
	if items, isArray := value.([]any); isArray {
		return items
	}
	return []any{value}
}
