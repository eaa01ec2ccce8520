package asl

import (
	"fmt"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// resultPath is the place in the input where a state's result goes.
type resultPath struct {
	path    *query.Path // nil: the result replaces the input
	discard bool        // drop the result
}

func (f *fields) resultPath() resultPath {
	p, isNull := f.path("ResultPath", true)
	switch {
	case isNull:
		return resultPath{discard: true}
	case p == nil || p.Source() == "$":
		return resultPath{}
	case !p.IsReference():
		f.fault("ResultPath", "must be a reference path into the state's input, such as $.result, got %q", p.Source())
	}
	return resultPath{path: p}
}

// apply combines the raw input with the result.
func (r resultPath) apply(input, result any) (any, error) {
	switch {
	case r.discard:
		return input, nil
	case r.path == nil:
		return result, nil
	}
	combined, err := r.path.Set(input, result)
	if err != nil {
		return nil, &query.Error{Name: ErrResultPath, Cause: fmt.Sprintf(
			"Unable to apply ReferencePath %s to input %s", r.path.Source(), value.Encode(input))}
	}
	return combined, nil
}

// effectiveInput returns the raw input after InputPath.
func (b *branch) effectiveInput() (any, error) {
	input, err := b.at.state.inputPath.apply(b.evaluating(b.at.input))
	if err == nil && !b.at.state.jsonata {
		b.inspect(StepInputPath, input)
	}
	return input, err
}

// work is the data flow of a Task, Parallel or Map state: it makes the input of the work and the output from the result.
type work struct {
	payload    query.Template // Arguments or Parameters; nil: the unchanged effective input
	selector   query.Template // ResultSelector; nil when absent
	resultPath resultPath
}

// work reads the fields of the data flow, including Output and Assign. A Map state has no payload, because each item has its own.
func (f *fields) work(c *common, hasPayload bool) work {
	var w work
	if f.jsonata {
		c.output = f.payload("Output", seesResult)
	} else {
		w.selector, w.resultPath = f.payload("ResultSelector", nil), f.resultPath()
	}
	if hasPayload {
		w.payload = f.payload(map[bool]string{true: "Arguments", false: "Parameters"}[f.jsonata], seesInput)
	}
	c.assign = f.assign(seesResult)
	return w
}

// input makes the input of the work from the effective input.
func (w *work) input(b *branch, effective any) (any, error) {
	step := StepParameters
	if b.at.state.jsonata {
		step = StepArguments
	}
	if w.payload == nil {
		b.inspect(step, effective)
		return effective, nil
	}
	input, err := w.payload.Eval(b.evaluating(effective))
	if err != nil {
		return nil, err
	}
	b.inspect(step, input)
	return input, checkSize(input, b.at.state.name)
}

// finish turns the result into the state's output.
func (w *work) finish(b *branch, result any) (any, error) {
	b.inspect(StepResult, result)
	if b.at.state.jsonata {
		return b.finishJSONata(result)
	}
	if w.selector != nil {
		var err error
		if result, err = w.selector.Eval(b.evaluating(result)); err != nil {
			return nil, err
		}
	}
	return b.finishPath(result, w.resultPath)
}

// finishPath turns the result of a JSONPath state into its output. Assign sees the result as $.
func (b *branch) finishPath(result any, to resultPath) (any, error) {
	c := b.at.state
	b.inspect(StepResultSelector, result)
	if err := b.assign(c.assign, b.evaluating(result)); err != nil {
		return nil, err
	}
	output, err := to.apply(b.at.input, result)
	if err != nil {
		return nil, err
	}
	b.inspect(StepResultPath, output)
	return c.outputPath.apply(b.evaluating(output))
}

// finishJSONata turns the result of a JSONata state into its output.
func (b *branch) finishJSONata(result any) (any, error) {
	c := b.at.state
	if c.output == nil && c.assign == nil {
		return result, nil
	}
	env := b.evaluating(b.at.input)
	env.Result, env.HasResult = result, true
	return b.finishTemplates(c.assign, c.output, env, result)
}

// finishTemplates evaluates Assign and Output in JSONata. Without Output, it returns plain.
func (b *branch) finishTemplates(assign, output query.Template, env *query.Env, plain any) (any, error) {
	if err := b.assign(assign, env); err != nil {
		return nil, err
	}
	if output == nil {
		return plain, nil
	}
	return output.Eval(env)
}
