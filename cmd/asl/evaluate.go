package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/program"
)

// evaluateCommand evaluates JSONata expressions: the language as it is, without what Step Functions adds and removes. It reads one
// request per line and writes one response per line, in the same order.
type evaluateCommand struct{}

// evaluateFault is a fault in a response.
type evaluateFault struct {
	Code     string `json:"code,omitempty"`
	Message  string `json:"message"`
	Position int    `json:"position,omitempty"`
}

// Run answers requests until the end of the input.
func (evaluateCommand) Run(ctx context.Context, s program.Streams) error {
	in, out := bufio.NewReader(s.Input(ctx)), bufio.NewWriter(s.Out)
	defer out.Flush() //nolint:errcheck // the loop reports what it cannot write
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(bytes.TrimSpace(line)) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		response, err := evaluateLine(line)
		if err != nil {
			return fmt.Errorf("request %d: %w", n, err)
		}
		if _, err := out.Write(append(response, '\n')); err != nil {
			return err
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// evaluateLine answers a request {id, expr, data, bindings}: an expression, its input document and its variables.
func evaluateLine(line []byte) ([]byte, error) {
	v, err := value.Decode(line)
	if err != nil {
		return nil, err
	}
	request, ok := v.(*value.Object)
	if !ok {
		return nil, errors.New("must be an object")
	}
	expr, _ := request.Get("expr")
	source, ok := expr.(string)
	if !ok {
		return nil, errors.New("expr: must be the expression as a string")
	}
	input, options := eval.Undefined, eval.Options{}
	if data, ok := request.Get("data"); ok {
		input = data
	}
	if bindings, ok := request.Get("bindings"); ok {
		object, ok := bindings.(*value.Object)
		if !ok {
			return nil, errors.New("bindings: must be an object of variables, without the $ of their names")
		}
		options.Variable = object.Get
	}
	response := value.NewObject(2)
	if id, ok := request.Get("id"); ok {
		response.Set("id", id)
	}
	answer(response, source, input, options)
	return value.Append(nil, response), nil
}

// answer evaluates an expression and notes the result, or the fault.
func answer(response *value.Object, source string, input any, options eval.Options) {
	expression, err := eval.Compile(source)
	var result any
	var defined bool
	if err == nil {
		result, defined, err = expression.Eval(input, options)
	}
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		response.Set("error", evaluateFault{f.Code, f.Message(), f.Position})
	case !defined:
		response.Set("undefined", true)
	case result == eval.Function{}:
		response.Set("error", evaluateFault{Message: "The result is a function, which JSON cannot hold"})
	default:
		response.Set("result", result)
	}
}
