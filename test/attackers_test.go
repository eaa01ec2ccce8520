package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	handlers "clinical-risk-pipeline/lambda/approval"
)

// attack is what somebody does to a call who may reach one service, and not the others.
type attack func(w *world, task *asl.Task) (asl.Reply, error)

// attacks are those on a task.
func (v *variant) attacks(task string) []outcome {
	var list map[string]attack
	switch {
	case task == "RequestApproval":
		list = callbacks()
	case task == "InvokeModel" && v.scoresCohort():
		list = wrongBatches
	case task == "InvokeModel":
		list = wrongAnswersOf
	case strings.HasPrefix(task, "Record"):
		list = plants(v.scoresCohort())
	}
	var outcomes []outcome
	for _, name := range slices.Sorted(maps.Keys(list)) {
		outcomes = append(outcomes, outcome{name: name, by: list[name]})
	}
	return outcomes
}

// plants put an object where the execution is about to write its record.
func plants(ofCohort bool) map[string]attack {
	changes := map[string]func(record object){
		"a record of another execution": func(r object) {
			r["run"].(object)["execution"] = "arn:aws:states:us-east-1:123456789012:execution:other:run-1"
		},
		"a record of a namesake":         func(r object) { r["run"].(object)["startedAt"] = "2025-01-01T00:00:00.000Z" },
		"a record by another definition": func(r object) { r["run"].(object)["definition"] = strings.Repeat("0", 64) },
		"a record that names it aside": func(r object) {
			r["model"] = object{"endpoint": r["run"].(object)["execution"]}
			r["run"].(object)["execution"] = "arn:aws:states:us-east-1:123456789012:execution:other:run-1"
		},
	}
	if ofCohort {
		changes["a record of another version"] = func(r object) { r["input"].(object)["versionId"] = "v-0" }
		changes["a record of another place"] = func(r object) { r["input"].(object)["firstIndex"] = 98.0 }
		changes["a record of fewer subjects"] = func(r object) { r["subjects"], r["notScored"] = r["subjects"].([]any)[:1], []any{} }
	} else {
		changes["a record of no branch"] = func(r object) { r["subjects"] = []any{} }
	}
	list := map[string]attack{
		"no record at all": func(w *world, task *asl.Task) (asl.Reply, error) { return w.plant(task, "<html>") },
		"an empty object":  func(w *world, task *asl.Task) (asl.Reply, error) { return w.plant(task, "") },
	}
	for name, change := range changes {
		list[name] = func(w *world, task *asl.Task) (asl.Reply, error) {
			var record object
			if err := json.Unmarshal([]byte(asl.Encode(inputOf(task)["Body"])), &record); err != nil {
				return asl.Reply{}, err
			}
			if subjects := record["subjects"].([]any); name == "a record of fewer subjects" && len(subjects) < 2 {
				return w.work(task) // it would be the record of the whole batch
			}
			for _, s := range record["subjects"].([]any) { // what it hides
				s.(object)["score"], s.(object)["branch"] = 0.0, "no alert"
			}
			change(record)
			return w.plant(task, asl.Encode(record))
		}
	}
	return list
}

// plant puts an object in the place of the record, unless there is one, and then lets the call do its work.
func (w *world) plant(task *asl.Task, text string) (asl.Reply, error) {
	key := inputOf(task)["Key"].(string)
	if _, exists := w.records[key]; !exists {
		w.records[key], w.planted[key] = text, true
	}
	return w.work(task)
}

// callbacks complete the task without the deciding function, in the words that it would use.
func callbacks() map[string]attack {
	list := map[string]attack{
		"a rejection that is told as an approval": func(w *world, task *asl.Task) (asl.Reply, error) {
			w.decision = "rejected"
			reply, err := w.work(task)
			reply.Output.(object)["decision"] = "approved"
			return reply, err
		},
	}
	for name, told := range map[string]any{
		"a verdict": object{"decision": "approved"}, "a claim": object{"decision": "approved", "recorded": true, "recordVersion": "v-1"},
		"a text": "approved", "a list": []any{"approved"}, "nothing": nil, "deep": object{"decision": object{"decision": "approved"}},
	} {
		list["told "+name] = func(w *world, task *asl.Task) (asl.Reply, error) {
			w.approvers.asked = inputOf(task)["Payload"].(object)
			return asl.Reply{Output: told}, nil
		}
	}
	for name, change := range map[string]func(*handlers.Record){
		"another execution": func(r *handlers.Record) { r.Execution += "0" },
		"another request":   func(r *handlers.Record) { r.RequestID = strings.Repeat("0", 64) },
		"other records":     func(r *handlers.Record) { r.Reviewed.Place += "other/" },
		"another digest":    func(r *handlers.Record) { r.Reviewed.SHA256 = strings.Repeat("0", 64) },
		"a rejection":       func(r *handlers.Record) { r.Decision = handlers.Reject },
		"nobody approved":   func(r *handlers.Record) { r.Verdicts[0].Verdict = handlers.Reject },
		"an odd verdict":    func(r *handlers.Record) { r.Decision = "approved " },
	} {
		list["a planted record of "+name] = func(w *world, task *asl.Task) (asl.Reply, error) {
			a := w.approvers
			reply, err := a.deciding("approved")(task)
			record := a.recordOf("approved", 1)
			change(&record)
			for key := range a.store {
				a.store[key] = recordText(record)
			}
			return reply, err
		}
	}
	return list
}

// answering answers a batch with a text that a function makes from the predictions, each the text of an object.
func answeringBatch(body func(predictions []string) string) attack {
	return func(w *world, task *asl.Task) (asl.Reply, error) {
		var predictions []string
		for _, i := range inputOf(task)["Body"].(object)["instances"].([]any) {
			instance := i.(object)
			predictions = append(predictions, fmt.Sprintf(`{"id": %q, "risk_score": %v}`, instance["id"], w.subjects[instance["features"].(object)["id"].(string)]))
		}
		return model(body(predictions))(task)
	}
}

func list(predictions []string) string {
	return `"predictions": [` + strings.Join(predictions, ", ") + `]`
}

func each(predictions []string, old, new string) string {
	var changed []string
	for _, p := range predictions {
		changed = append(changed, strings.Replace(p, old, new, 1))
	}
	return "{" + list(changed) + "}"
}

func reversed(predictions []string) []string {
	turned := slices.Clone(predictions)
	slices.Reverse(turned)
	return turned
}

// wrongBatches are answers about a batch in which a score belongs to somebody else, or is one of two.
var wrongBatches = map[string]attack{
	"reversed":            answeringBatch(func(p []string) string { return "{" + list(reversed(p)) + "}" }),
	"reversed by place":   answeringBatch(func(p []string) string { return strings.ReplaceAll("{"+list(reversed(p))+"}", `"id"`, `"of"`) }),
	"twin lists":          answeringBatch(func(p []string) string { return "{" + list(p) + ", " + strings.ReplaceAll(list(p), "0.", "0.0") + "}" }),
	"twin scores":         answeringBatch(func(p []string) string { return each(p, `}`, `, "risk_score": 0.01}`) }),
	"scores in disguise":  answeringBatch(func(p []string) string { return each(p, `}`, `, "risk\u005fscore": 0.01}`) }),
	"twin ids":            answeringBatch(func(p []string) string { return each(reversed(p), `{`, `{"id": "1", `) }),
	"the first one twice": answeringBatch(func(p []string) string { return "{" + list(append(slices.Clone(p[1:]), p[len(p)-1])) + "}" }),
	"ids of nobody":       answeringBatch(func(p []string) string { return each(reversed(p), `"id": "`, `"id": "9`) }),
	"a partial failure":   answeringBatch(func(p []string) string { return `{"error": "partial failure", ` + list(p) + "}" }),
	"an echoed request":   answeringBatch(func(p []string) string { return `{"instances": [{"id": "0"}], ` + list(p) + "}" }),
	"an echoed score":     answeringBatch(func(p []string) string { return each(p, `}`, `, "input": {"risk_score": 0.01}}`) }),
}

// wrongAnswersOf are answers about one subject with a score that is one of two.
var wrongAnswersOf = map[string]attack{
	"twin scores":       answeringOne(`{"risk_score": SCORE, "risk_score": 0.01}`),
	"a score disguised": answeringOne(`{"risk_score": SCORE, "risk\u005fscore": 0.01}`),
	"an echoed score":   answeringOne(`{"input": {"risk_score": 0.01}, "risk_score": SCORE}`),
	"a failure":         answeringOne(`{"risk_score": SCORE, "error": "two features are missing"}`),
}

func answeringOne(body string) attack {
	return func(w *world, task *asl.Task) (asl.Reply, error) {
		return model(strings.ReplaceAll(body, "SCORE", fmt.Sprint(w.subjects["S-0"])))(task)
	}
}
