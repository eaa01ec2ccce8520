package teststate

import (
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
)

// answer renders the outcome of the visit.
func (t *test) answer(r *asl.StateResult) *Output {
	texts := t.texts()
	out := &Output{Status: string(r.Status)}
	if r.Status == asl.StateSucceeded || r.Status == asl.StateCaught {
		out.Output = texts.of(r.Output)
	}
	out.Error, out.Cause, out.NextState = given(r.Error), given(r.Cause), given(r.NextState)
	if t.in.InspectionLevel == "" || t.in.InspectionLevel == levelInfo {
		return out
	}
	out.InspectionData = t.inspection(r, texts)
	if t.in.InspectionLevel == levelTrace && t.in.Mock == nil && strings.HasSuffix(t.state.Resource, ":states:::http:invoke") {
		out.InspectionData.http(r)
	}
	return out
}

// given returns a text, or nil for "".
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// inspection renders the steps of the data flow.
func (t *test) inspection(r *asl.StateResult, texts texts) *Inspection {
	t.hide(r.Steps)
	step := func(s asl.Step) *string {
		v, ok := r.Steps[s]
		if !ok {
			return nil
		}
		return texts.of(v)
	}
	data := &Inspection{
		Input:           texts.of(t.input),
		AfterArguments:  step(asl.StepArguments),
		AfterInputPath:  step(asl.StepInputPath),
		AfterParameters: step(asl.StepParameters),
		Result:          step(asl.StepResult), AfterResultSelector: step(asl.StepResultSelector), AfterResultPath: step(asl.StepResultPath),
		AfterItemsPath: step(asl.StepItemsPath), AfterItemsPointer: step(asl.StepItemsPointer),
		AfterItemSelector: step(asl.StepItemSelector), AfterItemBatcher: step(asl.StepItemBatcher),
		MaxConcurrency: number(r, asl.StepMaxConcurrency), ToleratedFailureCount: number(r, asl.StepToleratedCount),
		ToleratedFailurePercentage: number(r, asl.StepToleratedPercentage),
		ErrorDetails:               errorDetails(r),
	}
	if r.Variables != nil {
		data.Variables = texts.of(r.Variables)
	}
	return data
}

// hide removes the steps that AWS does not show, as recorded: what comes before a constant result of a Pass state, what comes before the
// work of a Parallel state, and the results of Parallel and Map states.
func (t *test) hide(steps map[asl.Step]any) {
	_, constant := steps[asl.StepResult]
	if t.state.Type == "Parallel" || t.state.Type == "Pass" && constant {
		delete(steps, asl.StepInputPath)
		delete(steps, asl.StepParameters)
		delete(steps, asl.StepArguments)
	}
	if t.state.Type == "Parallel" || t.state.Type == "Map" {
		delete(steps, asl.StepResult)
	}
}

// number returns a step that is a number, or nil.
func number(r *asl.StateResult, s asl.Step) *float64 {
	n, ok := r.Steps[s].(float64)
	if !ok {
		return nil
	}
	return &n
}

// errorDetails says which catcher or retrier handled an error; nil: none.
func errorDetails(r *asl.StateResult) *ErrorDetails {
	index := func(i int) *int64 {
		n := int64(i)
		return &n
	}
	switch {
	case r.Catcher >= 0:
		return &ErrorDetails{CatchIndex: index(r.Catcher)}
	case r.Retrier >= 0:
		return &ErrorDetails{RetryIndex: index(r.Retrier), RetryBackoffIntervalSeconds: index(int(r.Backoff / time.Second))}
	}
	return nil
}
