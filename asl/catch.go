package asl

import "clinical-risk-pipeline/asl/internal/query"

// catcher is an entry of Catch.
type catcher struct {
	errors     []string
	next       *target
	resultPath resultPath
	output     query.Template // in JSONata; nil when absent
	assign     query.Template // nil when absent
}

// catchers reads Catch.
func (b *builder) catchers() []catcher {
	var all []catcher
	for _, f := range b.objects("Catch") {
		f.comment()
		k := catcher{errors: f.errorEquals(), next: b.target(f, "Next", f.required("Next"))}
		if f.jsonata {
			k.output = f.payload("Output", seesError)
		} else {
			k.resultPath = f.resultPath()
		}
		k.assign = f.assign(seesError)
		f.unread("a catcher")
		all = append(all, k)
	}
	lastCatchesAll(b.fields, "Catch", len(all), func(i int) []string { return all[i].errors })
	return all
}

// caught is the output with which a catcher goes on; matched is false when none catches the failure.
func (b *branch) caught(catchers []catcher, e *failure) (output any, next *target, matched bool, err error) {
	for i := range catchers {
		if k := &catchers[i]; catches(k.errors, e) {
			output, err = b.catch(k, e)
			return output, k.next, true, err
		}
	}
	return nil, nil, false, nil
}

func (b *branch) catch(k *catcher, e *failure) (any, error) {
	b.at.assigned = nil
	errorOutput := e.output()
	if b.at.state.jsonata {
		env := b.evaluating(b.at.input)
		env.Error = errorOutput
		return b.finishTemplates(k.assign, k.output, env, any(errorOutput))
	}
	if err := b.assign(k.assign, b.evaluating(errorOutput)); err != nil {
		return nil, err
	}
	return k.resultPath.apply(b.at.input, errorOutput)
}
