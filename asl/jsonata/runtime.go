package jsonata

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/dop251/goja"
)

const (
	// maxSteps is how many nodes of its syntax tree an evaluation may visit; loops and recursion visit theirs again. It
	// bounds an evaluation to a few seconds, the same on every machine.
	maxSteps = 1_000_000
	// maxCalls is how deep JavaScript calls may nest; one call of a JSONata function takes about 10 of them.
	maxCalls = 20_000
	// maxDuration stops what takes its time within one step.
	maxDuration = 20 * time.Second
	// maxParsed is how many parsed expressions a runtime keeps.
	maxParsed = 4096
)

// Runtime is one JavaScript interpreter. It is not safe for concurrent use.
type Runtime struct {
	library  *Library
	vm       *goja.Runtime
	parse    goja.Callable
	describe goja.Callable
	evaluate goja.Callable
	parsed   map[string]goja.Value // the library's syntax trees, by source
	builtin  map[string]bool       // the functions that there are

	now    func() time.Time
	random *rand.Rand
	broken bool
}

func newRuntime(l *Library) (*Runtime, error) {
	r := &Runtime{library: l, vm: goja.New(), parsed: map[string]goja.Value{}}
	r.vm.SetMaxCallStackSize(maxCalls)
	r.vm.SetRandSource(func() float64 { return r.random.Float64() })
	exports, err := r.vm.RunProgram(l.program)
	if err != nil {
		return nil, fmt.Errorf("jsonata: load: %w", err)
	}
	open, ok := goja.AssertFunction(exports.ToObject(r.vm).Get("bridge"))
	if !ok {
		return nil, fmt.Errorf("jsonata: load: no bridge")
	}
	bridge, err := open(nil, r.vm.ToValue(r.host()), r.vm.ToValue(maxSteps))
	if err != nil {
		return nil, fmt.Errorf("jsonata: load: %w", err)
	}
	r.parse, _ = goja.AssertFunction(bridge.ToObject(r.vm).Get("parse"))
	r.describe, _ = goja.AssertFunction(bridge.ToObject(r.vm).Get("describe"))
	r.builtin = map[string]bool{}
	for _, name := range bridge.ToObject(r.vm).Get("functions").Export().([]any) {
		r.builtin[name.(string)] = true
	}
	r.evaluate, _ = goja.AssertFunction(bridge.ToObject(r.vm).Get("evaluate"))
	return r, nil
}

// Close gives the runtime back to its library. It must not be used after that.
func (r *Runtime) Close() {
	r.now, r.random = nil, nil
	if !r.broken {
		r.library.putIdle(r)
	}
}

// treeOf returns the library's own syntax tree for the source, parsed once.
func (r *Runtime) treeOf(source string) (goja.Value, error) {
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
	description, err := r.describe(nil, tree)
	if err != nil {
		return nil, fmt.Errorf("jsonata: describe the syntax tree: %w", err)
	}
	var root node
	if err := json.Unmarshal([]byte(description.String()), &root); err != nil {
		return nil, fmt.Errorf("jsonata: describe the syntax tree: %w", err)
	}
	return &Expression{source: source, uses: findUses(root, r.builtin), plain: compilePlain(root)}, nil
}

// Eval evaluates the expression with the variables bound: {"states": …, "threshold": 0.75} for $states and $threshold. Other
// than in plain JSONata there is no input document, so $ and $$ are undefined at the top level. defined is false when the
// result is undefined. A fault is an *Error.
func (r *Runtime) Eval(e *Expression, bindings map[string]any) (value any, defined bool, err error) {
	if e.plain != nil {
		if value, ok := e.plain(&frame{variables: bindings, builtin: r.builtin}); ok {
			if _, isUndefined := value.(undefined); isUndefined {
				return nil, false, nil
			}
			return value, true, nil
		}
	}
	return r.interpret(e, bindings)
}

// interpret has the library evaluate the expression.
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

// guard runs JavaScript under the limit of time. A panic of the interpreter becomes an error, and the interpreter is not used
// again.
func (r *Runtime) guard(run func() (goja.Value, error)) (result goja.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.broken = true
			result, err = nil, &Error{Message: fmt.Sprintf("The JavaScript interpreter failed: %v", p)}
		}
	}()
	timer := time.AfterFunc(maxDuration, func() { r.vm.Interrupt(errLong) })
	result, err = run()
	if !timer.Stop() {
		r.broken = true
	}
	if err != nil {
		return nil, r.faultOf(err)
	}
	return result, nil
}
