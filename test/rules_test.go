package test

import (
	"fmt"

	"clinical-risk-pipeline/asl"
)

// check reports the rules that an execution broke, whatever struck it:
//
//   - it ends;
//   - a subject whose recorded score is above the threshold has been told of, or the execution failed loudly;
//   - when it succeeds, every subject is recorded exactly once; nobody is ever recorded twice, and no record is replaced;
//   - it does not take a record that somebody else put there for its own;
//   - nothing is done downstream that no one approved, before the alert, or twice (the world notes these as they happen);
//   - when it succeeds and was approved, everything downstream was done;
//   - no feature is left behind, but in the data of the execution (checkCanary).
func (w *world) check(v *variant, x *asl.Execution) []string {
	violations := w.breaches
	w.breaches = nil
	report := func(format string, values ...any) { violations = append(violations, fmt.Sprintf(format, values...)) }

	if x.Status != asl.Succeeded && x.Status != asl.Failed && x.Status != asl.TimedOut {
		report("ended as %s", x.Status)
	}
	succeeded := x.Status == asl.Succeeded
	expected := w.expected(v)
	recorded := map[string]int{}
	high := false
	for key := range w.records {
		if w.planted[key] {
			if succeeded {
				report("succeeded with a record that is not its own: %s", w.records[key])
			}
			continue
		}
		record := w.records.record(key)
		for _, s := range record["subjects"].([]any) {
			subject := s.(object)
			id := subject["subject"].(string)
			recorded[id]++
			score, _ := subject["score"].(float64) // one that is no number is not what the model said
			isHigh := score > v.threshold
			high = high || isHigh
			if isHigh != (subject["branch"] == "alert") {
				report("%s is recorded with score %v and branch %v", id, subject["score"], subject["branch"])
			}
			if subject["score"] != w.subjects[id] {
				report("%s is recorded with score %v, the model said %v", id, subject["score"], w.subjects[id])
			}
		}
	}
	for _, id := range expected {
		if n := recorded[id]; n > 1 || n == 0 && succeeded {
			report("%s is recorded %d times by an execution that ended as %s", id, n, x.Status)
		}
	}
	if high && succeeded && len(w.alerts) == 0 {
		report("succeeded without telling of a subject at high risk")
	}
	if !high && len(w.alerts) > 0 {
		report("told of nobody at high risk")
	}
	w.checkDownstream(v, succeeded && high && x.Output != nil && wasApproved(x.Output), report)
	w.checkCanary(v, x, report)
	return violations
}

// expected are the subjects of an execution of the variant.
func (w *world) expected(v *variant) []string {
	if v.scoresCohort() {
		return w.ids()
	}
	return []string{"S-0"}
}

func (w *world) checkDownstream(v *variant, due bool, report func(string, ...any)) {
	if !due {
		return
	}
	states := v.pipeline.definition["States"].(object)
	if states["StartReview"] != nil && !w.reviewed() {
		report("succeeded without the review that was approved")
	}
	if states["OpenIncident"] != nil && len(w.incidents) == 0 {
		report("succeeded without the incident that was approved")
	}
}

// wasApproved tells what the execution heard: an approval that came too late is none. Without an approver all is approved.
func wasApproved(output any) bool {
	approval, asked := output.(object)["approval"].(object)
	return !asked || approval["decision"] == "approved"
}

func (w *world) reviewed() bool {
	for _, status := range w.reviews {
		if status == "succeeded" {
			return true
		}
	}
	return false
}
