package approval_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
)

// Twenty callers decide at once, half of them against the other half: one decision wins. Its signer gets the outcome; everybody else
// hears that somebody decided before.
func TestDecisionsAtTheSameTimeAreOne(t *testing.T) {
	s := newScene(t)
	decisions := []approval.Decision{s.decision("approve"), s.decision("reject")}
	outcomes, errs := make([]*approval.Outcome, 20), make([]error, 20)
	var wait sync.WaitGroup
	for i := range outcomes {
		caller := []approval.Caller{jane, joe}[i/2%2]
		wait.Go(func() { outcomes[i], errs[i] = s.decider.Decide(context.Background(), s.id, caller, decisions[i%2]) })
	}
	wait.Wait()
	if len(s.tasks.Outputs["token-1"]) != 1 || len(s.records()) != 1 {
		t.Fatalf("outputs %v, records %v", s.tasks.Outputs, s.records())
	}
	var won approval.Outcome
	if err := json.Unmarshal([]byte(s.tasks.Outputs["token-1"][0]), &won); err != nil {
		t.Fatal(err)
	}
	for i, outcome := range outcomes {
		signer := []approval.Caller{jane, joe}[i/2%2].ARN
		if verdict := []approval.Verdict{approval.Approve, approval.Reject}[i%2]; verdict == won.Decision && signer == won.Signer {
			if errs[i] != nil || *outcome != won {
				t.Errorf("%d decided as the winner: got %+v, %v", i, outcome, errs[i])
			}
			continue
		}
		wantFault(t, errs[i], http.StatusConflict, "AlreadyDecided")
	}
}

// Joe decides while Jane's decision is being checked: his decision counts, and Jane hears so, also where she decides the same.
//
// Requirements: P11-10e, P11-70
func TestTheFirstRecordIsTheDecision(t *testing.T) {
	for joes, janes := range map[string]string{"approve": "approve", "reject": "approve"} {
		s := newScene(t)
		d := s.decision(janes)
		first := *s.decider
		s.decider.Starts = startsFunc(func() ([]approval.Starter, error) {
			if _, err := first.Decide(context.Background(), s.id, joe, s.decision(joes)); err != nil {
				t.Error(err)
			}
			return memory.Starts{{ARN: adaARN}}, nil
		})
		_, err := s.decider.Decide(context.Background(), s.id, jane, d)
		wantFault(t, err, http.StatusConflict, "AlreadyDecided")
		if record := s.show().Record; record.Signer.ARN != joeARN {
			t.Errorf("signed by %s", record.Signer.ARN)
		}
	}
}

// The execution asks again during a decision on its earlier request.
func TestADecisionOnAnEarlierRoundDoesNotCountForTheNext(t *testing.T) {
	s := newScene(t)
	d := s.decision("approve")
	s.decider.Starts = startsFunc(func() ([]approval.Starter, error) {
		s.tasks.Waiting = map[string]bool{"token-2": true}
		s.ask(asked("taskToken", "token-2"))
		return memory.Starts{{ARN: adaARN}}, nil
	})
	_, err := s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusConflict, "AskedAgain")
	if view := s.show(); view.Status != approval.Pending || view.Round != 2 || len(s.tasks.Outputs) != 0 {
		t.Errorf("the next round is %s, outputs %v", view.Status, s.tasks.Outputs)
	}
}

type startsFunc func() ([]approval.Starter, error)

func (f startsFunc) Starters(context.Context, *approval.Request) ([]approval.Starter, error) {
	return f()
}

// interposed calls a function before each put.
type interposed struct {
	approval.Store
	puts   int
	before func(put int)
}

func (i *interposed) Put(ctx context.Context, a *approval.Approval) error {
	i.puts++
	i.before(i.puts)
	return i.Store.Put(ctx, a)
}

// The stored request changes before the first or the second put of Jane's decision.
func TestADecisionIsStoredInARequestThatChanges(t *testing.T) {
	for _, at := range []int{1, 2} {
		s := newScene(t)
		d := s.decision("approve")
		s.decider.Store = &interposed{Store: s.store, before: func(put int) {
			if put != at {
				return
			}
			touched, err := s.store.Get(context.Background(), s.id)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.store.Put(context.Background(), touched); err != nil {
				t.Fatal(err)
			}
		}}
		if _, err := s.decider.Decide(context.Background(), s.id, jane, d); err != nil {
			t.Fatal(err)
		}
		if stored, err := s.store.Get(context.Background(), s.id); err != nil || !stored.Effective || stored.Decision == nil {
			t.Errorf("changed before put %d: stored %+v, %v", at, stored, err)
		}
	}
}

// Joe makes the same decision before the put of Jane's. He does not sign, because she did, but completes the task: nobody completes
// it again.
func TestADecisionIsSettledOnce(t *testing.T) {
	s := newScene(t)
	d := s.decision("approve")
	joes := *s.decider
	told := &countedTasks{Tasks: s.tasks}
	s.decider.Tasks = told
	s.decider.Store = &interposed{Store: s.store, before: func(put int) {
		if put > 1 {
			return
		}
		_, err := joes.Decide(context.Background(), s.id, joe, d)
		wantFault(t, err, http.StatusConflict, "AlreadyDecided")
	}}
	outcome, err := s.decider.Decide(context.Background(), s.id, jane, d)
	if err != nil || outcome.Signer != janeARN || told.calls != 0 {
		t.Errorf("got %+v, %v; the task was completed %d more times", outcome, err, told.calls)
	}
}

type countedTasks struct {
	approval.Tasks
	calls int
}

func (c *countedTasks) Succeed(ctx context.Context, token string, output []byte) error {
	c.calls++
	return c.Tasks.Succeed(ctx, token, output)
}
