package jsonata

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
)

// limits bound an evaluation, so that it ends, and with the same result on every machine.
type limits struct {
	steps    int           // see javascript/limits.js; half a million steps take a few seconds
	calls    int           // maximum depth of JavaScript calls; a call of a JSONata function takes about 10
	duration time.Duration // stops a single step that takes too long
}

var defaultLimits = limits{steps: 500_000, calls: 20_000, duration: 20 * time.Second}

// maxParsed is the number of parsed expressions that a runtime keeps, and of compiled expressions that a library keeps.
const maxParsed = 4096

// A regular expression that needs backtracking runs in native code, which cannot be interrupted. When its time runs out, it finds no
// match, but by then the evaluation has run out of time, too.
func init() { regexp2.DefaultMatchTimeout = defaultLimits.duration }

// Runtime is one JavaScript interpreter. It is not safe for concurrent use.
type Runtime struct {
	library  *Library
	vm       *goja.Runtime
	parse    goja.Callable
	describe goja.Callable
	evaluate goja.Callable
	parsed   map[string]goja.Value // the library's syntax trees, by source
	builtin  map[string]bool       // the names of all functions

	limits limits
	now    func() time.Time
	random *rand.Rand
	broken bool
}

// start makes a new interpreter and loads the library into it.
func (r *Runtime) start() error {
	r.vm, r.parsed, r.broken = goja.New(), map[string]goja.Value{}, false
	r.vm.SetMaxCallStackSize(r.limits.calls)
	r.vm.SetRandSource(func() float64 { return r.random.Float64() })
	exports, err := r.vm.RunProgram(r.library.program)
	if err != nil {
		return fmt.Errorf("jsonata: load: %w", err)
	}
	var open func(host map[string]func(goja.FunctionCall) goja.Value, steps int) (*goja.Object, error)
	if err := r.vm.ExportTo(exports.ToObject(r.vm).Get("bridge"), &open); err != nil {
		return fmt.Errorf("jsonata: load: %w", err)
	}
	bridge, err := open(r.host(), r.limits.steps)
	if err != nil {
		return fmt.Errorf("jsonata: load: %w", err)
	}
	r.parse, _ = goja.AssertFunction(bridge.Get("parse"))
	r.describe, _ = goja.AssertFunction(bridge.Get("describe"))
	r.evaluate, _ = goja.AssertFunction(bridge.Get("evaluate"))
	var names []string
	if err := r.vm.ExportTo(bridge.Get("functions"), &names); err != nil {
		return fmt.Errorf("jsonata: load: %w", err)
	}
	r.builtin = make(map[string]bool, len(names))
	for _, name := range names {
		r.builtin[name] = true
	}
	return nil
}

// Close returns the runtime to its library. Do not use the runtime afterwards.
func (r *Runtime) Close() {
	r.now, r.random = nil, nil
	if !r.broken {
		r.library.putIdle(r)
	}
}

// treeOf returns the library's own syntax tree for the source. It parses each source once.
func (r *Runtime) treeOf(source string) (goja.Value, error) {
	if r.broken {
		if err := r.start(); err != nil {
			return nil, err
		}
	}
	if tree, ok := r.parsed[source]; ok {
		return tree, nil
	}
	tree, err := r.guard(func() (goja.Value, error) { return r.parse(nil, r.vm.ToValue(source)) })
	if err != nil {
		return nil, err
	}
	if len(r.parsed) >= maxParsed {
		clear(r.parsed)
	}
	r.parsed[source] = tree
	return tree, nil
}

func (r *Runtime) compile(source string) (*Expression, error) {
	tree, err := r.treeOf(source)
	if err != nil {
		return nil, err
	}
	description, err := r.guard(func() (goja.Value, error) { return r.describe(nil, tree) })
	if err != nil {
		return nil, err
	}
	var root node
	if err := json.Unmarshal([]byte(description.String()), &root); err != nil {
		return nil, fmt.Errorf("jsonata: describe the syntax tree: %w", err)
	}
	return &Expression{source: source, uses: findUses(root, r.builtin), plain: compilePlain(root)}, nil
}

// Eval evaluates the expression with bound variables: {"states": …, "threshold": 0.75} for $states and $threshold. Unlike plain
// JSONata, an evaluation has no input document, so $ and $$ are undefined at the top level. defined is false when the result is
// undefined. A fault is an *Error.
func (r *Runtime) Eval(e *Expression, bindings map[string]any) (value any, defined bool, err error) {
	if e.plain != nil {
		if value, ok := e.plain(r.frame(bindings)); ok {
			if _, isUndefined := value.(undefined); isUndefined {
				return nil, false, nil
			}
			return value, true, nil
		}
	}
	return r.interpret(e, bindings)
}

// frame returns the outermost frame of an evaluation in Go.
func (r *Runtime) frame(variables map[string]any) *frame {
	begun := &struct { // one allocation for both
		evaluation
		frame
	}{evaluation: evaluation{variables: variables, runtime: r}}
	begun.frame.evaluation = &begun.evaluation
	return &begun.frame
}

// interpret evaluates the expression with the library.
func (r *Runtime) interpret(e *Expression, bindings map[string]any) (value any, defined bool, err error) {
	tree, err := r.treeOf(e.source)
	if err != nil {
		return nil, false, err
	}
	result, err := r.guard(func() (goja.Value, error) {
		variables := r.vm.CreateObject(nil)
		for name, reach := range e.uses.free {
			if v, ok := bindings[name]; ok {
				_ = variables.Set(name, r.project(v, reach))
			}
		}
		return r.evaluate(nil, tree, variables)
	})
	if err != nil {
		return nil, false, err
	}
	if goja.IsUndefined(result) {
		return nil, false, nil
	}
	value, err = r.fromJS(result)
	return value, err == nil, err
}

// guard runs JavaScript under the time limit. It turns a panic of the interpreter into an error. It marks an interpreter as broken
// after a panic or a timeout.
func (r *Runtime) guard(run func() (goja.Value, error)) (result goja.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.broken = true
			result, err = nil, &Error{Message: fmt.Sprintf("The JavaScript interpreter failed: %v", p)}
		}
	}()
	timer := time.AfterFunc(r.limits.duration, func() { r.vm.Interrupt(errLong) })
	result, err = run()
	if !timer.Stop() {
		r.broken = true
		return nil, errLong
	}
	if err != nil {
		return nil, r.faultOf(err)
	}
	return result, nil
}
