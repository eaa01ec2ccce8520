// Package jsonata evaluates JSONata expressions as AWS Step Functions does. It runs the npm package jsonata, in the version that
// AWS implements, in a JavaScript interpreter written in Go. It adds the functions that AWS adds and removes $eval, as AWS does.
// It needs the package's folder, but neither Node nor cgo.
//
//	dir, err := jsonata.Find(".")
//	library, err := jsonata.Open(dir)
//	expression, err := library.Compile("$states.input.risk > 0.75")
//	runtime, err := library.Runtime(jsonata.RuntimeOptions{})
//	defer runtime.Close()
//	value, defined, err := runtime.Eval(expression, map[string]any{"states": map[string]any{"input": input}})
//
// Values are JSON values: nil, bool, string, float64 (or json.Number), []any and map[string]any. The package never mutates them.
package jsonata

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// Library is the compiled npm package. It is safe for concurrent use.
type Library struct {
	program *goja.Program

	mu       sync.Mutex
	idle     []*Runtime
	compiled map[string]*Expression // by source
}

// maxIdle is the number of idle interpreters that a library keeps, each about 2 MB.
const maxIdle = 16

// Open reads the npm package in dir and compiles it.
func Open(dir string) (*Library, error) {
	source, err := readSource(dir)
	if err != nil {
		return nil, err
	}
	program, err := compile(source)
	if err != nil {
		return nil, err
	}
	return &Library{program: program, compiled: map[string]*Expression{}}, nil
}

// Expression is a parsed expression. It is immutable and may be evaluated by any Runtime of any Library.
type Expression struct {
	source string
	uses   *uses
	plain  plain // nil: only the library can evaluate it
}

// Source returns the expression's text.
func (e *Expression) Source() string { return e.source }

// Compile parses an expression, given without the {% %} that surrounds it in a definition. It caches the result, because programs
// load the same definition many times. A fault is an *Error.
func (l *Library) Compile(source string) (*Expression, error) {
	if e := l.compiledBefore(source); e != nil {
		return e, nil
	}
	r, err := l.Runtime(RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	e, err := r.compile(source)
	if err == nil {
		l.keep(e)
	}
	return e, err
}

func (l *Library) compiledBefore(source string) *Expression {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.compiled[source]
}

func (l *Library) keep(e *Expression) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.compiled) >= maxParsed {
		clear(l.compiled)
	}
	l.compiled[e.source] = e
}

// RuntimeOptions are the clock and the source of randomness of evaluations.
type RuntimeOptions struct {
	// Now is what $now() and $millis() return. Default: time.Now.
	Now func() time.Time
	// Random decides $random(), $shuffle() and $uuid(). Default: seeded at random.
	Random *rand.Rand
}

// Runtime returns a closed interpreter or a new one, which takes 2 to 5 ms. It is not safe for concurrent use. Close returns it to
// the library.
func (l *Library) Runtime(o RuntimeOptions) (*Runtime, error) {
	r := l.takeIdle()
	if r == nil {
		r = &Runtime{library: l, limits: defaultLimits}
		if err := r.start(); err != nil {
			return nil, err
		}
	}
	r.now, r.random = o.Now, o.Random
	if r.now == nil {
		r.now = time.Now
	}
	if r.random == nil {
		r.random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return r, nil
}

func (l *Library) takeIdle() *Runtime {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) == 0 {
		return nil
	}
	r := l.idle[len(l.idle)-1]
	l.idle = l.idle[:len(l.idle)-1]
	return r
}

func (l *Library) putIdle(r *Runtime) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) < maxIdle {
		l.idle = append(l.idle, r)
	}
}
