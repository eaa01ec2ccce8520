package test

import (
	"slices"
	"testing"

	"clinical-risk-pipeline/asl"
	api "clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
)

// failures returns the kinds of failures of a call: it does not end, it ends with an unlisted error, it ends with the first error of
// each list of package services, or the model gives a wrong answer.
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
	if task == workflow.UpdateAlerts || task == workflow.UpdateAlertsAgain {
		for _, wrong := range wrongUpdates {
			outcomes = append(outcomes, outcome{name: "answer " + asl.Encode(wrong), reply: asl.Reply{Output: object{"Payload": wrong}}})
		}
		outcomes = append(outcomes, failure(workflow.AlertsNotUpdatedError))
	}
	if task == "FindCohort" {
		for name, found := range unversioned {
			outcomes = append(outcomes, outcome{name: name, reply: asl.Reply{Output: found}})
		}
	}
	if task == "ReadFeatures" {
		for _, body := range wrongFeatures {
			outcomes = append(outcomes, outcome{name: "features " + body, reply: asl.Reply{Output: object{"Body": body}}})
		}
	}
	return outcomes
}

// wrongFeatures are objects that have no features of the subject S-0.
var wrongFeatures = []string{
	"", "null", "[]", `"S-0"`, `{"subject": "S-0", "features": {"id": "S-0"`, `{"subject": "S-0"}`, `{"features": {"id": "S-0"}}`,
	`{"subject": "S-1", "features": {"id": "S-1"}}`, `{"subject": "S-0", "features": []}`, `{"subject": "S-0", "features": {}}`, `{"subject": "S-0", "features": "` + canary + `"}`,
	`{"subject": ["S-0"], "features": {"id": "S-0"}}`,
}

// unversioned is what S3 says of an object in a bucket that keeps no versions.
var unversioned = map[string]object{"never versioned": {"ContentLength": 1.0}, "versioning suspended": {"ContentLength": 1.0, "VersionId": "null"}}

// otherFailures returns the other errors that package services lists for the call.
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

// listed returns the lists of errors of a task's call, without empty lists.
func (v *variant) listed(task string) [][]string {
	call := callOf(v.pipeline.definition, task)
	return slices.DeleteFunc([][]string{call.Transient, call.Permanent, call.Other}, func(list []string) bool { return len(list) == 0 })
}

// callOf returns the call of a task in a definition, the zero Call if package services does not list it.
func callOf(definition object, task string) (call api.Call) {
	walk(definition, func(name string, state object) {
		if name == task {
			call, _ = api.Of(state["Resource"].(string))
		}
	})
	return call
}

// passing returns an error that every retrier retries.
func passing(resource string) string {
	call, _ := api.Of(resource)
	return slices.Concat(call.Transient, call.Other)[0]
}

var (
	// wrongAnswers are bodies that no form of the pipeline can use. wrongScores and wrongPredictions resemble the answer for one
	// subject and for a batch. None of them has a usable score: no pipeline can detect a wrong score.
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

// leavesTraces has the tasks for which it matters whether a call did its work before it failed.
var leavesTraces = map[string]bool{
	"RecordDecision": true, "RecordLowRisk": true, "RecordDecisions": true, "NotifyTeam": true, "EscalateApproval": true,
	workflow.ClaimCut: true, workflow.UpdateAlerts: true, workflow.UpdateAlertsAgain: true,
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
