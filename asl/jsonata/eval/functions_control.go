package eval

import (
	"errors"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
)

var controlRows = []Row{
	{"error", "<s?:x>", 0, errorFunction},
	{"assert", "<bs?:x>", 0, assert},
	{"eval", "<sx?:x>", 0, evalFunction},
}

func errorFunction(c *Call) any {
	message, _ := c.Text(0)
	panic(&fault.Fault{Code: "D3137", Text: message})
}

func assert(c *Call) any {
	if ok, _ := c.Arg(0).(bool); !ok {
		message, _ := c.Text(1)
		panic(&fault.Fault{Code: "D3141", Text: message})
	}
	return undefined
}

// maxEvals is how deep $eval may nest.
const maxEvals = 50

// evalFunction evaluates a text as an expression, with the variables of the place where it is called.
func evalFunction(c *Call) any {
	source, ok := c.Text(0)
	if !ok {
		return undefined
	}
	input := c.Input
	if focus := c.Arg(1); !isUndefined(focus) {
		input = focus
		if items, ok := itemsOf(focus); ok && !isSequence(focus) {
			input = &list{items: []any{array(items)}, sequence: true, outer: true}
		}
	}
	root, err := syntax.Parse(source)
	if err == nil {
		err = compileRegexes(root)
	}
	if err != nil {
		panic(&fault.Fault{Code: "D3120", Value: wrapped(err)})
	}
	c.step(len(source))
	if c.evals++; c.evals > maxEvals {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooDeep})
	}
	defer func() {
		c.evals--
		p := recover()
		if f, ok := p.(*fault.Fault); ok && f.Code != fault.Stopped {
			panic(&fault.Fault{Code: "D3121", Value: f.Message()})
		}
		if p != nil {
			panic(p)
		}
	}()
	return c.eval(root, input, c.env)
}

// wrapped returns the message of a fault.
func wrapped(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Message()
	}
	return err.Error()
}
