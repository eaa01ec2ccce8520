package asl

import (
	"time"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// state is a compiled state.
type state interface {
	base() *common
	// run does the state's work. It returns the output and the next state; nil is the end.
	run(b *branch, v *visit) (output any, next *target, err error)
}

// stateTypes holds the compile function of each Type.
var stateTypes map[string]func(*fields) state

func init() {
	stateTypes = map[string]func(*fields) state{
		"Choice": newChoice, "Fail": newFail, "Map": newMap, "Parallel": newParallel,
		"Pass": newPass, "Succeed": newSucceed, "Task": newTask, "Wait": newWait,
	}
}

// target notes that a field names a state.
func (f *fields) target(field, name string) *target {
	t := &target{name: name, from: f, field: field}
	*f.targets = append(*f.targets, t)
	return t
}

// common holds what all states have.
type common struct {
	name       string
	kind       string // Type
	entered    string // the types of the state's events
	exited     string
	jsonata    bool
	next       *target // nil: the state ends the program
	inputPath  pathOrNull
	outputPath pathOrNull
	output     query.Template // in JSONata; nil when absent
	assign     query.Template // nil when absent
}

func (c *common) base() *common { return c }

// ends reports whether the state can end its program.
func (c *common) ends() bool {
	return c.kind == "Succeed" || c.kind == "Fail" || c.kind != "Choice" && c.next == nil
}

// common reads the fields that all states have.
func (f *fields) common(kind string) common {
	c := common{name: f.state, kind: kind, entered: kind + "StateEntered", exited: kind + "StateExited", jsonata: f.jsonata}
	f.comment()
	if !f.jsonata && kind != "Fail" {
		c.inputPath, c.outputPath = f.pathOrNull("InputPath"), f.pathOrNull("OutputPath")
	}
	return c
}

// transition reads Next or End. A state must have one of them.
func (f *fields) transition() *target {
	end := f.flag("End")
	name, has := f.text("Next")
	_, isFlag := f.member("End").(bool)
	reported := f.has("Next") || f.has("End") && !isFlag
	switch {
	case has && end:
		f.fault("Next", "cannot be combined with \"End\": true")
	case !has && !end && !reported:
		f.fault("", "needs \"Next\" or \"End\": true")
	case has:
		return f.target("Next", name)
	}
	return nil
}

// pathOrNull is InputPath or OutputPath: absent, null or a path.
type pathOrNull struct {
	path   *query.Path
	isNull bool
}

func (f *fields) pathOrNull(name string) pathOrNull {
	path, isNull := f.path(name, true)
	return pathOrNull{path, isNull}
}

// apply selects from env.Input; null selects the empty object.
func (p pathOrNull) apply(env *query.Env) (any, error) {
	switch {
	case p.isNull:
		return value.NewObject(0), nil
	case p.path != nil:
		return p.path.Eval(env)
	}
	return env.Input, nil
}

// visit is one visit to a state, from its StateEntered event to its StateExited event.
type visit struct {
	state    *common
	input    any // the raw input
	eventID  int64
	before   int64 // the event before the state, which a failed evaluation follows
	entered  time.Time
	retries  int
	assigned *value.Object
	token    string        // the task token of the current attempt, made on first use
	task     *taskState    // the state, if it is a task
	context  *value.Object // the context object, made on first use
}
