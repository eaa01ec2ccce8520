package test

import (
	"fmt"
	"maps"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// check reports the rules that an execution broke. They hold under every fault:
//
//   - it ends;
//   - the team is alerted about a subject whose recorded score is above the threshold, or the execution fails;
//   - when it succeeds, every subject is recorded exactly once; no subject is ever recorded twice, and no record is replaced;
//   - it never takes a record that somebody else planted for its own;
//   - nothing happens downstream without an approval, before the alert, or twice (the world notes these when they happen);
//   - when it succeeds with an approval, everything downstream has happened;
//   - it leaves no feature behind, except in the data of the execution (checkCanary).
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
			score, _ := subject["score"].(float64) // a score that is not a number differs from the model's
			isHigh := score > v.threshold
			high = high || isHigh
			if isHigh != (subject["branch"] == "alert") {
				report("%s is recorded with score %v and branch %v", id, subject["score"], subject["branch"])
			}
			if subject["score"] != w.subjects[id] {
				report("%s is recorded with score %v, but the score of the model is %v", id, subject["score"], w.subjects[id])
			}
		}
	}
	for _, id := range expected {
		if n := recorded[id]; n > 1 || n == 0 && succeeded {
			report("%s is recorded %d times by an execution that ended as %s", id, n, x.Status)
		}
	}
	if high && succeeded && !w.told() {
		report("succeeded without an alert about a subject at high risk")
	}
	if !high && len(w.alerts) > 0 {
		report("alerted without a subject at high risk")
	}
	w.checkDownstream(v, succeeded && high && x.Output != nil && wasApproved(x.Output), report)
	w.checkCanary(v, x, report)
	return violations
}

// expected returns the subjects of an execution of the variant.
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
	about := []string{""}
	switch {
	case w.decided != "not asked":
		about = nil
		for subject, approved := range w.approved {
			if approved {
				about = append(about, subject)
			}
		}
	case !v.scoresCohort():
		about = []string{"S-0"}
	}
	reviews, incidents := slices.Contains(v.tasks, "StartReview"), slices.Contains(v.tasks, "OpenIncident")
	for _, subject := range about {
		if reviews && !w.reviewed(subject) {
			report("succeeded without the approved review of %q", subject)
		}
		if incidents && !slices.Contains(slices.Collect(maps.Values(w.incidents)), subject) {
			report("succeeded without the approved incident of %q", subject)
		}
	}
}

// wasApproved tells whether the execution got an approval in time. Without an approver, everything counts as approved.
func wasApproved(output any) bool {
	approval, asked := value.Plain(output).(object)["approval"].(object)
	return !asked || approval["decision"] == "approved"
}

func (w *world) reviewed(subject string) bool {
	for _, r := range w.reviews {
		if r == (reviewRun{subject, "succeeded"}) {
			return true
		}
	}
	return false
}
