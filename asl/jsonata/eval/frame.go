package eval

// frame holds variables. The outermost frame of an evaluation has no parent.
type frame struct {
	parent *frame
	vars   []binding
}

type binding struct {
	name  string
	value any
}

func (f *frame) bind(name string, v any) {
	for i := range f.vars {
		if f.vars[i].name == name {
			f.vars[i].value = v
			return
		}
	}
	f.vars = append(f.vars, binding{name, v})
}

// variable returns the value of a variable or the function of that name, or undefined.
func (r *run) variable(env *frame, name string) any {
	for f := env; f != nil; f = f.parent {
		for i := range f.vars {
			if f.vars[i].name == name {
				return f.vars[i].value
			}
		}
	}
	if r.Variable != nil {
		if v, ok := r.Variable(name); ok {
			return plain(v)
		}
	}
	if f, ok := r.functions[name]; ok {
		return f
	}
	return undefined
}

// tuple is an item of a stream of bindings: the context and the variables that the steps of a path have bound.
type tuple struct {
	context any
	vars    []binding
}

// with returns a copy that binds one more variable.
func (t *tuple) with(name string, v any) *tuple {
	next := &tuple{context: t.context, vars: append(make([]binding, 0, len(t.vars)+1), t.vars...)}
	next.bind(name, v)
	return next
}

func (t *tuple) bind(name string, v any) {
	for i := range t.vars {
		if t.vars[i].name == name {
			t.vars[i].value = v
			return
		}
	}
	t.vars = append(t.vars, binding{name, v})
}

// frame returns a frame with the tuple's variables.
func (t *tuple) frame(env *frame) *frame {
	return &frame{parent: env, vars: t.vars[:len(t.vars):len(t.vars)]}
}
