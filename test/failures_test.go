package test

import (
	"slices"
	"testing"

	"clinical-risk-pipeline/asl"
	api "clinical-risk-pipeline/services"
)

// failures are kinds of failures of a call: it does not end, it ends with an error that nobody lists, it ends with the first error
// of each list of package services, or the model gives a wrong answer.
func (v *variant) failures(task string) []outcome {
	outcomes := []outcome{{name: "hangs", reply: asl.Reply{Hangs: true}}}
	for _, name := range []string{api.TaskFailed, "Undocumented.Exception", ""} {
		outcomes = append(outcomes, failure(name))
	}
	for _, list := range v.listed(task) {
		outcomes = append(outcomes, failure(list[0]))
	}
	if task == "InvokeModel" {
		form := wrongScores
		if v.scoresCohort() {
			form = wrongPredictions
		}
		for _, answer := range slices.Concat(wrongAnswers, form) {
			outcomes = append(outcomes, outcome{name: "answer " + answer, answer: answer})
		}
	}
	return outcomes
}

// otherFailures are the rest of the errors that package services lists for the call.
func (v *variant) otherFailures(task string) []outcome {
	outcomes := []outcome{failure("States.Permissions")}
	for _, list := range v.listed(task) {
		for _, name := range list[1:] {
			outcomes = append(outcomes, failure(name))
		}
	}
	return outcomes
}

func failure(name string) outcome {
	return outcome{name: "error " + name, err: &asl.Error{Name: name, Cause: "a fault of the sweep"}}
}

// listed are the lists of the errors of a task's call that are not empty.
func (v *variant) listed(task string) [][]string {
	call := callOf(v.pipeline.definition, task)
	return slices.DeleteFunc([][]string{call.Transient, call.Permanent, call.Other}, func(list []string) bool { return len(list) == 0 })
}

// callOf is the call that a task of a definition makes, the zero Call if package services does not list it.
func callOf(definition object, task string) api.Call {
	for name, s := range definition["States"].(object) {
		state := s.(object)
		if name == task {
			call, _ := api.Of(state["Resource"].(string))
			return call
		}
		if processor, ok := state["ItemProcessor"].(object); ok {
			if call := callOf(processor, task); call.Integration != "" {
				return call
			}
		}
	}
	return api.Call{}
}

// passing is an error after which every retrier repeats the call.
func passing(resource string) string {
	call, _ := api.Of(resource)
	return slices.Concat(call.Transient, call.Other)[0]
}

var (
	// wrongAnswers are bodies of the model that no form of the pipeline can use, and those that look like its own form. None
	// has a usable score in it: that a model is wrong about a subject no pipeline can tell.
	wrongAnswers = []string{"{}", "null", "[]", "0.1", `"0.1"`, "<html>502</html>", canary, `{"echo": "` + canary + `"}`}
	wrongScores  = []string{
		`{"risk_score": 0.`, `{"risk_score": null}`, `{"risk_score": "0.1"}`, `{"risk_score": -0.1}`, `{"risk_score": 1.1}`,
		`{"risk_score": [0.1]}`, `{"risk_score": NaN}`, `{"risk_score": "` + canary + `"}`, `{"predictions": [{"risk_score": 0.1}]}`,
	}
	wrongPredictions = []string{
		`{"predictions": [{"risk_score": 0.1}, {"risk_sc`, `{"predictions": []}`, `{"predictions": [0.1, 0.1]}`,
		`{"predictions": [{"risk_score": "0.1"}, {"risk_score": null}]}`, `{"predictions": [{"risk_score": [0.1]}, {"risk_score": -0.1}]}`,
		`{"predictions": [{"risk_score": 1.1}, {"error": "no"}]}`, `{"predictions": {"risk_score": 0.1}}`,
		`{"predictions": [{"risk_score": 0.1}, {"risk_score": 0.1}, {"risk_score": 0.1}]}`, `{"risk_score": 0.1}`,
	}
)

// leavesTraces are the tasks of which it matters whether a call did its work before it failed.
var leavesTraces = map[string]bool{
	"RecordDecision": true, "RecordLowRisk": true, "RecordDecisions": true, "NotifyTeam": true, "EscalateApproval": true,
	"RequestApproval": true, "StartReview": true, "OpenIncident": true, "ReadRecord": true, "ReadRecords": true, // of what they read
}

// unswept are the calls that no task of a pipeline makes: a Distributed Map reads its items by itself, and the approval watch is
// another state machine.
var unswept = []string{api.ReadItems.Integration, api.Query.Integration, api.PutMetricData.Integration}

func TestTheSweepThrowsEveryListedError(t *testing.T) {
	thrown := map[string]bool{} // by integration and error
	for _, v := range variants(t) {
		for _, task := range v.tasks {
			if callOf(v.pipeline.definition, task).Integration == "" {
				t.Errorf("%s: package services does not list the call of %s", v.name, task)
			}
		}
		for _, f := range v.faultsOf() {
			if f.outcome.err != nil {
				thrown[callOf(v.pipeline.definition, f.state).Integration+" "+f.outcome.err.Name] = true
			}
		}
	}
	for _, call := range api.Calls() {
		for _, name := range call.Errors() {
			if !thrown[call.Integration+" "+name] && !slices.Contains(unswept, call.Integration) {
				t.Errorf("%s: the sweep does not throw %s", call.Integration, name)
			}
		}
	}
}
