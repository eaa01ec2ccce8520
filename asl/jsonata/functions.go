package jsonata

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/dop251/goja"

	"clinical-risk-pipeline/asl/intrinsic"
)

// host holds the functions that AWS adds to JSONata
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn) and the
// clock. javascript/bridge.js declares their signatures.
func (r *Runtime) host() map[string]func(goja.FunctionCall) goja.Value {
	return map[string]func(goja.FunctionCall) goja.Value{
		"millis": func(goja.FunctionCall) goja.Value { return r.vm.ToValue(r.now().UnixMilli()) },
		"base64encode": r.base64(func(text string) (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(text)), nil
		}),
		"base64decode": r.base64(func(text string) (string, error) {
			data, err := base64.StdEncoding.DecodeString(text)
			return string(data), err
		}),
		"partition": r.partition,
		"range":     r.rangeOf,
		"hash":      r.hash,
		"random":    r.randomNumber,
		"uuid":      func(goja.FunctionCall) goja.Value { return r.vm.ToValue(intrinsic.UUID(r.random)) },
	}
}

// base64 makes a function from an encoding. The library would use the browser's or Node's encoding, which this interpreter lacks.
// Texts are encoded in UTF-8.
func (r *Runtime) base64(apply func(string) (string, error)) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		if goja.IsUndefined(call.Argument(0)) {
			return goja.Undefined()
		}
		text, err := apply(call.Argument(0).String())
		if err != nil {
			r.throw("The argument of the base64decode function is not base64")
		}
		return r.vm.ToValue(text)
	}
}

// throw ends the evaluation with a fault that has the code of JSONata's own $error.
func (r *Runtime) throw(message string) {
	fault := r.vm.NewObject()
	_ = fault.Set("code", "D3137")
	_ = fault.Set("message", message)
	panic(fault)
}

func (r *Runtime) partition(call goja.FunctionCall) goja.Value {
	array, ok := call.Argument(0).(*goja.Object)
	if !ok {
		return goja.Undefined()
	}
	size := call.Argument(1).ToFloat()
	if !(size >= 1) {
		r.throw("The second argument of the partition function must be a positive number")
	}
	step := int(math.Min(size, math.MaxInt32))
	var items, chunks []any
	length := int(array.Get("length").ToInteger())
	for i := 0; i < length; i++ {
		items = append(items, array.Get(fmt.Sprint(i)))
		if len(items) == step || i == length-1 {
			chunks, items = append(chunks, r.vm.NewArray(items...)), nil
		}
	}
	return r.vm.NewArray(chunks...)
}

// rangeLimit is the largest array that range makes, as for States.ArrayRange.
const rangeLimit = 1000

func (r *Runtime) rangeOf(call goja.FunctionCall) goja.Value {
	for i := range 3 {
		if goja.IsUndefined(call.Argument(i)) {
			return goja.Undefined()
		}
	}
	first, last, step := call.Argument(0).ToFloat(), call.Argument(1).ToFloat(), call.Argument(2).ToFloat()
	if step == 0 {
		r.throw("The third argument of the range function must not be 0")
	}
	var items []any
	for at := first; step > 0 && at <= last || step < 0 && at >= last; at += step {
		if len(items) == rangeLimit {
			r.throw(fmt.Sprintf("The range function makes at most %d items", rangeLimit))
		}
		items = append(items, at)
	}
	return r.vm.NewArray(items...)
}

func (r *Runtime) hash(call goja.FunctionCall) goja.Value {
	if goja.IsUndefined(call.Argument(0)) {
		return goja.Undefined()
	}
	sum, ok := intrinsic.Digest(call.Argument(0).String(), call.Argument(1).String())
	if !ok {
		r.throw("The second argument of the hash function must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	return r.vm.ToValue(sum)
}

func (r *Runtime) randomNumber(call goja.FunctionCall) goja.Value {
	seed := call.Argument(0)
	if goja.IsUndefined(seed) {
		return r.vm.ToValue(r.random.Float64())
	}
	return r.vm.ToValue(rand.New(rand.NewPCG(math.Float64bits(seed.ToFloat()), 0)).Float64())
}
