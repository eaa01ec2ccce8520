package eval

import (
	"math"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// Limits bound an evaluation, so that it ends, and with the same result on every machine.
type Limits struct {
	// Depth is the deepest nesting of evaluations, counted as JSONata's own exerciser does it: each node of the tree that is being
	// evaluated counts 1. Default: 10,000.
	Depth int
	// Steps is the number of evaluated nodes and of items that functions work on, and a 64th of the bytes that an evaluation makes. Default:
	// 4,000,000, less than a second.
	Steps int
	// Bytes is the memory in bytes of the arrays, objects and texts that an evaluation makes, all together. Default: 150,000,000.
	Bytes int
	// Single is the memory in bytes of a single array or text. Default: 150,000,000.
	Single int
}

// DefaultLimits are the limits of an evaluation that sets none.
var DefaultLimits = Limits{Depth: 10_000, Steps: 4_000_000, Bytes: 150_000_000, Single: 150_000_000}

// wordsPerItem is what an item of an array costs in bytes: an interface.
const wordsPerItem = 16

// step counts work.
func (r *run) step(n int) {
	if r.steps -= n; r.steps < 0 {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooLong})
	}
}

// grow counts memory.
func (r *run) grow(n int) {
	if r.bytes -= n; r.bytes < 0 || n > r.Limits.Single {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooBig})
	}
	r.step(n / 64)
}

// The texts of stopped evaluations.
const (
	TooDeep = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
	TooBig  = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
	TooLong = "Expression evaluation timeout: Check for infinite loop"
)

// maxNested is the deepest nesting of a value that functions read.
const maxNested = 5_000

// nest counts the nesting of a value.
func (r *run) nest() {
	if r.nested++; r.nested > maxNested {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooDeep})
	}
}

// finite passes on a number, unless it is infinite.
func (r *run) finite(f float64) float64 {
	if math.IsInf(f, 0) {
		panic(fault.New("D1001", f))
	}
	return f
}
