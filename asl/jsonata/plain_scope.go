package jsonata

// evaluation is shared by the frames of one evaluation.
type evaluation struct {
	variables map[string]any
	runtime   *Runtime
	spent     int // steps of the budget, at least as many as the library would have spent
	calls     int // depth of nested function calls
}

// maxCalls is the maximum depth of nested function calls in a plain evaluation. The library allows about ten times as many.
const maxCalls = 100

// spend counts steps. ok is false when the library must decide whether there are too many.
func (e *evaluation) spend(steps int) (ok bool) {
	e.spent += steps
	return e.spent <= e.runtime.limits.steps/2
}

// frame holds the variables of a block or a call. The outermost frame has none.
type frame struct {
	*evaluation
	outer   *frame
	names   []string
	values  []any // a lambda for a function
	context any   // the value that unqualified names refer to in a predicate
}

func (f *frame) bind(name string, value any) {
	for i := range f.names {
		if f.names[i] == name {
			f.values[i] = value
			return
		}
	}
	f.names, f.values = append(f.names, name), append(f.values, value)
}

// lookup returns a variable that the expression has bound.
func (f *frame) lookup(name string) (value any, ok bool) {
	for ; f != nil; f = f.outer {
		for i := range f.names {
			if f.names[i] == name {
				return f.values[i], true
			}
		}
	}
	return nil, false
}

// find returns a variable of the expression or of the state machine.
func (c *compiler) find(name string) func(f *frame) (value any, ok bool) {
	if !c.bound[name] {
		return func(f *frame) (any, bool) {
			value, ok := f.variables[name]
			return value, ok
		}
	}
	return func(f *frame) (any, bool) {
		if value, ok := f.lookup(name); ok {
			return value, true
		}
		value, ok := f.variables[name]
		return value, ok
	}
}

// findBound collects the names that an expression binds.
func (c *compiler) findBound(v any) {
	switch v := v.(type) {
	case node:
		c.findBound(map[string]any(v))
	case map[string]any:
		switch n := node(v); n.kind() {
		case "bind":
			c.bound[n.child("lhs").text("value")] = true
		case "lambda":
			for _, parameter := range n.list("arguments") {
				c.bound[parameter.text("value")] = true
			}
		}
		for _, member := range v {
			c.findBound(member)
		}
	case []any:
		for _, item := range v {
			c.findBound(item)
		}
	}
}

// variable evaluates $name or $name[predicate].
func (c *compiler) variable(n node) plain {
	name := n.text("value")
	for key := range n {
		if !plainKeys[key] && key != "predicate" {
			return nil
		}
	}
	if name == "" || name == "$" {
		return nil
	}
	find := c.find(name)
	evaluate := func(f *frame) (any, bool) {
		value, ok := find(f)
		if !ok {
			return undefined{}, !f.runtime.builtin[name]
		}
		_, isFunction := value.(*lambda)
		return value, !isFunction
	}
	if !n.has("predicate") {
		return evaluate
	}
	filter := c.filter(n.list("predicate"))
	if filter == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := evaluate(f)
		if !ok {
			return nil, false
		}
		items, inner, ok := filter(f, value)
		if inner || !ok {
			return items, ok
		}
		return collapsed(items), true
	}
}

// block evaluates expressions in order, in their own scope. Only a block may bind variables.
func (c *compiler) block(expressions []node) plain {
	statements := make([]plain, len(expressions))
	binds := false
	for i, expression := range expressions {
		if expression.kind() == "bind" {
			statements[i], binds = c.bind(expression, i == len(expressions)-1), true
		} else {
			statements[i] = c.compile(expression)
		}
		if statements[i] == nil {
			return nil
		}
	}
	return func(f *frame) (value any, ok bool) {
		if binds {
			f = &frame{evaluation: f.evaluation, outer: f, context: f.context}
		}
		value = undefined{}
		for _, statement := range statements {
			if value, ok = statement(f); !ok {
				return nil, false
			}
		}
		return value, true
	}
}

// bind binds a variable to a value or a function. As the last expression of a block, its value is the block's value, which must not
// be a function.
func (c *compiler) bind(n node, last bool) plain {
	name := n.child("lhs").text("value")
	if !n.hasOnly(plainKeys) {
		return nil
	}
	if function := c.lambda(n.child("rhs")); function != nil && !last {
		return func(f *frame) (any, bool) {
			f.bind(name, function(f))
			return undefined{}, true
		}
	}
	evaluate := c.compile(n.child("rhs"))
	if evaluate == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := evaluate(f)
		if ok {
			f.bind(name, value)
		}
		return value, ok
	}
}
