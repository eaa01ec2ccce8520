package test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	calls "clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
)

// threeNights are the scores of a subject that is new at high risk, still is, and gets worse by a band. The others stay at low risk.
var threeNights = []map[string]float64{
	{"S-0": 0.8, "S-1": 0.1, "S-2": 0.2}, {"S-0": 0.8, "S-1": 0.1, "S-2": 0.2}, {"S-0": 0.9, "S-1": 0.1, "S-2": 0.2},
}

// nights executes the three nights over one registry. In one of them, counted from 0, a fault strikes, and the function crashes at a write;
// the execution is then redriven without it. It returns the registry, the number of the function's writes in each night, and what broke a
// rule.
func (v *variant) nights(struck int, faults []fault, crashAt int, after bool) (r *registry, writes []int, violations []string) {
	r = newRegistry()
	for night, scores := range threeNights {
		w := newWorld(scores)
		w.registry = r
		r.Restart()
		if night == struck {
			w.faults = faults
			r.CrashAt(crashAt, after)
		}
		options := asl.Options{
			Handler: w, Name: fmt.Sprintf("night-%d", night+1), Objects: w.cohorts, Start: instant("2026-03-02T03:00:00Z").AddDate(0, 0, night),
		}
		before := len(r.Told())
		x, err := v.machine.Run(context.Background(), v.input(w), options)
		if err == nil && x.Status != asl.Succeeded {
			writes = append(writes, r.Writes())
			if tells := !slices.ContainsFunc(faults, func(f fault) bool { return f.state == workflow.NotifyTeam }); tells && len(w.records) > 0 && !w.toldSince(before) {
				violations = append(violations, fmt.Sprintf("night %d failed, and nobody heard of the subject at high risk", night+1))
			}
			r.Restart()
			w.faults = nil
			x, err = v.machine.Redrive(context.Background(), x, options)
		} else {
			writes = append(writes, r.Writes())
		}
		switch {
		case err != nil:
			violations = append(violations, err.Error())
		case x.Status != asl.Succeeded:
			violations = append(violations, fmt.Sprintf("night %d ended as %s, %s", night+1, x.Status, x.Error))
		}
		violations = append(violations, w.breaches...)
		if changes := night != 1; changes && len(r.Told()) == before {
			violations = append(violations, fmt.Sprintf("night %d told nobody of a transition", night+1))
		}
		if asked := w.decided != ""; asked != (night != 1) {
			violations = append(violations, fmt.Sprintf("night %d asked for an approval: %v", night+1, asked))
		}
	}
	return r, writes, violations
}

// toldSince reports whether people heard of an alert after the registry had sent a number of messages.
func (w *world) toldSince(messages int) bool {
	return len(w.alerts) > 0 || len(w.registry.Told()) > messages
}

// log is what a registry has after the nights: the events, the exclusions, and the messages by id.
func (r *registry) log() string {
	var b strings.Builder
	objects := r.Objects()
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		if strings.HasPrefix(key, alert.Folder) || strings.HasPrefix(key, exclusion.Folder) {
			fmt.Fprintf(&b, "%s %s\n", key, objects[key])
		}
	}
	told := map[string]bool{}
	for _, m := range r.Told() {
		told[m.ID+" "+m.JSON] = true
	}
	return b.String() + strings.Join(slices.Sorted(maps.Keys(told)), "\n")
}

// TestThreeNightsOfARegisteredTrial executes three nights, new, ongoing and worse. Every listed error of the states around the alerts strikes
// in each night, and the function crashes before and after each of its writes. Each failed execution is redriven. No transition may be lost
// or there twice, everybody is told, with the same ids, and people are asked when something is new and only then.
//
// Requirements: SRC-24
func TestThreeNightsOfARegisteredTrial(t *testing.T) {
	var v *variant
	for _, candidate := range variants(t) {
		if candidate.name == registered {
			v = candidate
		}
	}
	t.Parallel() // the rest does not use the CDK
	sound, writes, violations := v.nights(-1, nil, 0, false)
	want := sound.log()
	// An event has its changes twice: by themselves, and in the mark of the item.
	if len(violations) > 0 || strings.Count(want, `"kind": "opened"`) != 2 || strings.Count(want, `"kind": "worsened"`) != 2 {
		t.Fatalf("without a fault: %v\n%s", violations, want)
	}
	type try struct {
		what    string
		night   int
		faults  []fault
		crashAt int
		after   bool
	}
	var tries []try
	for night, n := range writes {
		for at := 1; at <= n; at++ {
			for _, after := range []bool{false, true} {
				tries = append(tries, try{fmt.Sprintf("crash at write %d, after it: %v", at, after), night, nil, at, after})
			}
		}
		for _, f := range v.faultsAround() {
			tries = append(tries, try{f[len(f)-1].String(), night, f, 0, false})
		}
	}
	forEach(len(tries), func(i int) {
		r, _, violations := v.nights(tries[i].night, tries[i].faults, tries[i].crashAt, tries[i].after)
		for _, violation := range violations {
			t.Errorf("night %d, %s: %s", tries[i].night+1, tries[i].what, violation)
		}
		if got := r.log(); got != want {
			t.Errorf("night %d, %s:\ngot\n%s\nwant\n%s", tries[i].night+1, tries[i].what, got, want)
		}
	})
	fmt.Printf("three nights: %d scenarios\n", len(tries))
	if len(tries) < 650 {
		t.Errorf("%d scenarios only", len(tries))
	}
}

// faultsAround are the faults of the states around the alerts, each with those that lead there. A claim that somebody else holds is no
// fault: see TestADataCutIsScoredOnce.
func (v *variant) faultsAround() [][]fault {
	var all [][]fault
	for _, state := range []string{workflow.ClaimCut, workflow.UpdateAlerts, workflow.UpdateAlertsAgain, workflow.NotifyTeam} {
		for _, outcome := range v.failures(state) {
			if outcome.err != nil && outcome.err.Name == calls.DynamoDBConditionFailed {
				continue
			}
			for i := range 4 {
				f := fault{state, 1, i%2 == 1, i/2 == 1, outcome}
				faults := []fault{f}
				if state == workflow.UpdateAlertsAgain || state == workflow.NotifyTeam {
					faults = []fault{{workflow.UpdateAlerts, 1, true, f.effect, failure(workflow.AlertsNotUpdatedError)}, f}
				}
				all = append(all, faults)
			}
		}
	}
	return all
}

// A data cut is scored once, whoever starts the run. A redrive of the run that claimed it goes on.
//
// Requirements: SRC-24
func TestADataCutIsScoredOnce(t *testing.T) {
	p := registeredPipeline(t)
	w := newWorld(threeNights[0])
	run := func(name string, input object) *asl.Execution {
		return p.run(t, input, asl.Options{Handler: w, Name: name, Objects: w.cohorts, Start: time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)})
	}
	if first := run("night-1", object{"trialId": "T-1"}); first.Status != asl.Succeeded {
		t.Fatalf("the first run ended as %s, %s", first.Status, first.Cause)
	}
	for key := range w.records {
		wantValid(t, w.records.record(key))
	}
	told := len(w.registry.Told())
	for reason, row := range map[string]struct{ input object }{
		"the same day":                     {object{"trialId": "T-1"}},
		"the same cut, named":              {object{"trialId": "T-1", "cutDate": "2026-03-02"}},
		"with alerts that it brings along": {object{"trialId": "T-1", "alerts": object{"changed": 0.0}}},
	} {
		if again := run("again-"+strings.ReplaceAll(reason, " ", "-"), row.input); again.Error != workflow.AlreadyScoredError || slices.Contains(again.Path(), "StartEMRJob") {
			t.Errorf("%s: ended as %s with %q", reason, again.Status, again.Error)
		}
	}
	if len(w.registry.Told()) != told {
		t.Error("somebody was told again")
	}
	if other := run("other-cut", object{"trialId": "T-1", "cutDate": "2026-03-03"}); other.Status != asl.Succeeded {
		t.Errorf("another cut ended as %s, %s", other.Status, other.Cause)
	}
}

// What an execution of the trial takes: no other trial, no single subject, and no test, which would claim the data cut.
func TestARegisteredTrialTakesItsOwnRunsOnly(t *testing.T) {
	for reason, input := range map[string]object{
		"another trial": {"trialId": "T-2"}, "no trial": {}, "a subject": {"trialId": "T-1", "subject": "S-0"},
		"a test": {"trialId": "T-1", "test": true}, "a cut that is no day": {"trialId": "T-1", "cutDate": "yesterday"},
	} {
		w := newWorld(threeNights[0])
		got := registeredPipeline(t).run(t, input, asl.Options{Handler: w, Name: "smoke-1", Objects: w.cohorts})
		if got.Error != workflow.InvalidInputError || len(w.registry.claims) > 0 {
			t.Errorf("%s: ended as %s with %q", reason, got.Status, got.Error)
		}
	}
}
