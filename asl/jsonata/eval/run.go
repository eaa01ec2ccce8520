// Package eval evaluates JSONata 2.0.6 expressions (https://docs.jsonata.org/) on JSON values whose objects keep their order.
//
//	program, err := eval.Compile(`$sum(Order.Product.(Price * Quantity))`)
//	value, defined, err := program.Eval(input, eval.Options{})
//
// A function is one row of a table: its name, its signature, its code. Options.Functions adds rows or replaces them.
package eval

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
	"clinical-risk-pipeline/asl/value"
)

// Program is a compiled expression. It is immutable and safe for concurrent use.
type Program struct {
	source string
	root   *syntax.Node
}

// Compile parses an expression. A fault is a *fault.Fault.
func Compile(source string) (*Program, error) {
	root, err := syntax.Parse(source)
	if err != nil {
		return nil, err
	}
	if err := compileRegexes(root); err != nil {
		return nil, err
	}
	return &Program{source, root}, nil
}

// Source returns the expression's text.
func (p *Program) Source() string { return p.source }

// Root returns the parse tree. Do not change it.
func (p *Program) Root() *syntax.Node { return p.root }

// Options are the surroundings of an evaluation.
type Options struct {
	// Variable returns the value of a variable, given without the $. A variable hides a function of the same name. Default: no variables.
	Variable func(name string) (value any, ok bool)
	// Functions are the functions. Default: Standard().
	Functions Functions
	// Now is what $now() and $millis() return. Default: time.Now.
	Now func() time.Time
	// Random decides $random() and $shuffle(). Default: seeded at random.
	Random *rand.Rand
	// Limits bound the evaluation.
	Limits Limits
	// RefuseFunctions makes functions inside a result a fault, ErrFunction. Default: they are left out, as JSON.stringify does it.
	RefuseFunctions bool
}

// ErrFunction is the fault of a result that is or contains a function, with Options.RefuseFunctions.
var ErrFunction = errors.New("the result is a function, which JSON cannot hold")

// run is one evaluation.
type run struct {
	Options
	functions   Functions
	at          *syntax.Node // the call that is being applied, where a fault without a place belongs
	depth       int
	evals       int // nesting of $eval
	nested      int // of a value that is being read, which may contain itself
	args        slab[any]
	calls       slab[Call]
	frames      slab[frame]
	bindings    slab[binding]
	exported    exported
	backtracked time.Duration // by regular expressions
	steps       int           // left
	bytes       int           // left
	now         time.Time

	outermost frame // of the variables that the expression binds at its top
	space     [4]binding
}

// runs are idle runs. Nothing of a run is left in its result.
var runs = sync.Pool{New: func() any { return &run{} }}

// Eval evaluates the expression. input is $ and $$; Undefined means that there is none. defined is false when the result is undefined.
// A result that is a function is a Function. A fault is a *fault.Fault.
func (p *Program) Eval(input any, o Options) (v any, defined bool, err error) {
	r := newRun(&o)
	defer func() {
		defer func() {
			*r = run{}
			runs.Put(r)
		}()
		if c := recover(); c != nil {
			switch c := c.(type) {
			case *fault.Fault:
				v, defined, err = nil, false, r.placed(c)
			case refused:
				v, defined, err = nil, false, ErrFunction
			default:
				panic(c)
			}
		}
	}()
	result := r.whole(p.root, input)
	switch result := result.(type) {
	case undef:
		return nil, false, nil
	case *function:
		r.refuse()
		return Function{}, true, nil
	default:
		return r.export(result), true, nil
	}
}

// refused stops an export at a function.
type refused struct{}

func (r *run) refuse() {
	if r.RefuseFunctions {
		panic(refused{})
	}
}

// Undefined is the input of an evaluation that has none.
var Undefined = undefined

// Function is a result that is a function, which JSON cannot hold.
type Function struct{}

func newRun(o *Options) *run {
	r := runs.Get().(*run)
	*r = run{Options: *o, functions: o.Functions, steps: o.Limits.Steps, bytes: o.Limits.Bytes}
	if r.functions == nil {
		r.functions = standard()
	}
	if r.Limits.Depth == 0 {
		r.Limits.Depth = DefaultLimits.Depth
	}
	if r.steps == 0 {
		r.steps = DefaultLimits.Steps
	}
	if r.bytes == 0 {
		r.bytes = DefaultLimits.Bytes
	}
	if r.Limits.Single == 0 {
		r.Limits.Single = DefaultLimits.Single
	}
	return r
}

// whole evaluates an expression on an input document.
func (r *run) whole(root *syntax.Node, input any) any {
	env := &r.outermost
	env.vars = append(r.space[:0], binding{"$", input})
	if items, ok := input.([]any); ok {
		input = &list{items: []any{items}, sequence: true, outer: true}
	}
	return r.eval(root, input, env)
}

// placed fills in the place and the name of a fault that has none.
func (r *run) placed(f *fault.Fault) *fault.Fault {
	if r.at == nil {
		return f
	}
	if f.Position == 0 {
		f.Position = r.at.Position
	}
	if f.Token == "" {
		f.Token = calledName(r.at)
	}
	return f
}

// time returns the time of the evaluation, which does not pass.
func (r *run) time() time.Time {
	if r.now.IsZero() {
		if r.Now == nil {
			r.Now = time.Now
		}
		r.now = r.Now()
	}
	return r.now
}

func (r *run) random() *rand.Rand {
	if r.Random == nil {
		r.Random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return r.Random
}

// fail stops the evaluation with a fault about a value.
func (r *run) fail(n *syntax.Node, code string, v any) {
	f := fault.New(code, r.shown(v))
	if n != nil {
		f.Position, f.Token = n.Position, n.Text
	}
	panic(f)
}

// shown returns a value for the text of a fault. It is a copy, because the value may be in use.
func (r *run) shown(v any) any {
	switch v.(type) {
	case *function, undef:
		return fault.Bare("undefined")
	case *list, *value.Object:
		return r.export(r.cloned(v))
	}
	return v
}
