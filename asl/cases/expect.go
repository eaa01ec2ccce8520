package cases

import (
	"fmt"
	"strconv"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/document"
)

// expectation reads what an execution must do.
func (f *faults) expectation(m *machine, n *document.Node, at string) expectation {
	r := f.reader(n, at)
	e := expectation{
		status: asl.Status(r.oneOf("status", string(asl.Succeeded), string(asl.Failed), string(asl.TimedOut))),
		output: r.value("output"),
		match:  r.value("match"),
		error:  r.text("error", "must be the name of an error"),
		cause:  r.text("cause", "must be a part of the cause"),
	}
	fails := e.error != "" || e.cause != ""
	switch {
	case e.status == asl.Succeeded && fails:
		r.wrong("status", "must not be SUCCEEDED beside an error or a cause: keep one of them")
	case (fails || e.status == asl.Failed || e.status == asl.TimedOut) && (e.output != nil || e.match != nil):
		r.add(n.Line, at, "must not have output or match if the execution does not succeed: remove them, or the error and the status")
	case e.status == "" && !fails:
		e.status = asl.Succeeded
	}
	if list := r.field("path", document.List, "must be a list of states"); list != nil {
		e.path = []string{}
		for i, item := range list.Items {
			if item.Kind == document.Refused {
				continue
			}
			m.state(f, document.Name{Text: item.Text, Line: item.Line}, fmt.Sprintf("%s.path[%d]", at, i))
			e.path = append(e.path, item.Text)
		}
	}
	e.variables = r.variables()
	r.states("calls", "must have the number of calls, or a list of their inputs, for each state", func(name document.Name, n *document.Node, at string) {
		m.task(f, name, at)
		if e.calls == nil {
			e.calls = map[string]calls{}
		}
		e.calls[name.Text] = f.calls(n, at)
	})
	e.duration = r.seconds("seconds")
	r.done()
	return e
}

// variables reads the values of variables.
func (r *reader) variables() *value.Object {
	n := r.field("variables", document.Object, "must have the value of each variable")
	if n == nil {
		return nil
	}
	if len(n.Names) == 0 {
		r.wrong("variables", "must have at least one variable, got an empty object")
	}
	values := value.NewObject(len(n.Names))
	for _, name := range n.Names {
		values.Set(name.Text, r.decode(n.Fields[name.Text], document.Join(document.Join(r.at, "variables"), name.Text)))
	}
	return values
}

// calls reads the calls of a state.
func (f *faults) calls(n *document.Node, at string) calls {
	switch n.Kind {
	case document.List:
		c := calls{inputs: []any{}, number: len(n.Items)}
		for i, item := range n.Items {
			c.inputs = append(c.inputs, f.decode(item, fmt.Sprintf("%s[%d]", at, i)))
		}
		return c
	case document.Number:
		if number, err := strconv.Atoi(n.Text); err == nil && number >= 0 {
			return calls{number: number}
		}
	}
	f.add(n.Line, at, "must be the number of calls, or a list with the input of each, got "+n.Got())
	return calls{}
}
