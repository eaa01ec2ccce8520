package approval_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

var errCrash = errors.New("crashed")

// crash fails the nth call of the ports, and every later one. The nth call fails before its effect, or after it, when only
// the answer is lost.
type crash struct {
	approval.Store
	approval.Objects
	approval.Tasks
	approval.Notifier
	mu          sync.Mutex
	call, calls int
	after       bool
}

// around calls do, unless the process has crashed.
func (c *crash) around(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	switch {
	case c.calls < c.call:
		return do()
	case c.calls == c.call && c.after:
		_ = do()
	}
	return errCrash
}

func (c *crash) Get(ctx context.Context, id string) (a *approval.Approval, err error) {
	return a, errors.Join(c.around(func() error { a, err = c.Store.Get(ctx, id); return nil }), err)
}

func (c *crash) Put(ctx context.Context, a *approval.Approval) error {
	return c.around(func() error { return c.Store.Put(ctx, a) })
}

func (c *crash) Read(ctx context.Context, key string) (body []byte, version string, err error) {
	return body, version, errors.Join(c.around(func() error { body, version, err = c.Objects.Read(ctx, key); return nil }), err)
}

func (c *crash) Create(ctx context.Context, key string, body []byte) (version string, err error) {
	return version, c.around(func() error { version, err = c.Objects.Create(ctx, key, body); return err })
}

func (c *crash) Succeed(ctx context.Context, token string, output []byte) error {
	return c.around(func() error { return c.Tasks.Succeed(ctx, token, output) })
}

func (c *crash) Notify(ctx context.Context, m approval.Message) error {
	return c.around(func() error { return c.Notifier.Notify(ctx, m) })
}

// crashStore and crashObjects select one of the two List methods.
type (
	crashStore   struct{ *crash }
	crashObjects struct{ *crash }
)

func (c crashStore) List(ctx context.Context, all bool) ([]*approval.Approval, error) {
	return c.Store.List(ctx, all)
}

func (c crashObjects) List(ctx context.Context, prefix string) ([]string, error) {
	return c.Objects.List(ctx, prefix)
}

// eachCrash runs a test for each call that may crash, before and after its effect, until the test makes no more calls. The test
// returns the error of what may crash.
func eachCrash(t *testing.T, test func(t *testing.T, s *scene, c *crash) error) {
	for _, after := range []bool{false, true} {
		for call := 1; ; call++ {
			c := &crash{call: call, after: after}
			t.Run(fmt.Sprintf("call %d, after %v", call, after), func(t *testing.T) {
				s := newScene(t)
				c.Store, c.Objects, c.Tasks, c.Notifier = s.store, s.objects, s.tasks, s.notifier
				if err := test(t, s, c); (err != nil) != (c.calls >= call) {
					t.Errorf("got %v after %d calls", err, c.calls)
				}
			})
			if c.calls < call {
				if call < 4 {
					t.Errorf("only %d calls could crash", call-1)
				}
				break
			}
		}
	}
}

// After a crash at any call, repeating the decision completes it: one record, one completion.
func TestRepeatingADecisionThatCrashedCompletesIt(t *testing.T) {
	eachCrash(t, func(t *testing.T, s *scene, c *crash) error {
		d := s.decision("approve")
		crashing := *s.decider
		crashing.Store, crashing.Tasks, crashing.Records.Objects = crashStore{c}, c, crashObjects{c}
		_, err := crashing.Decide(context.Background(), s.id, jane, d)
		if view := s.show(); err != nil && view.Status == approval.Approved && len(s.tasks.Outputs) == 0 {
			t.Errorf("shown as approved, but the execution does not know")
		}
		outcome, again := s.decider.Decide(context.Background(), s.id, jane, d)
		if again != nil {
			t.Fatalf("the first time %v, again: %v", err, again)
		}
		if len(s.tasks.Outputs["token-1"]) != 1 || len(s.records()) != 1 || outcome.Signer != janeARN {
			t.Errorf("outputs %v, records %v, outcome %+v", s.tasks.Outputs, s.records(), outcome)
		}
		if view := s.show(); view.Status != approval.Approved {
			t.Errorf("the status is %s", view.Status)
		}
		return err
	})
}

// After a crash at any call, the contrary decision does not overturn the recorded one.
func TestADecisionThatCrashedIsNotOverturned(t *testing.T) {
	eachCrash(t, func(t *testing.T, s *scene, c *crash) error {
		d, contrary := s.decision("reject"), s.decision("approve")
		crashing := *s.decider
		crashing.Store, crashing.Tasks, crashing.Records.Objects = crashStore{c}, c, crashObjects{c}
		_, err := crashing.Decide(context.Background(), s.id, jane, d)
		recorded := len(s.records()) == 1
		_, again := s.decider.Decide(context.Background(), s.id, joe, contrary)
		if (again == nil) == recorded {
			t.Errorf("recorded: %v, the contrary decision: %v", recorded, again)
		}
		return err
	})
}

// After a crash at any call, repeating the request tells the approvers. They get two messages only where the first may be
// lost.
func TestRepeatingARequestThatCrashedCompletesIt(t *testing.T) {
	eachCrash(t, func(t *testing.T, s *scene, c *crash) error {
		s.notifier.Messages = nil
		crashing := *s.requester
		crashing.Store, crashing.Notifier = crashStore{c}, c
		first, whole := s.requester, &crashing
		s.requester = whole
		err := s.tryAsk(asked("taskToken", "token-2"))
		s.requester = first
		s.ask(asked("taskToken", "token-2"))
		if n := len(s.notifier.Messages); n < 1 || n > 2 {
			t.Errorf("the approvers were told %d times", n)
		}
		if view := s.show(); view.Round != 2 || view.Status != approval.Pending {
			t.Errorf("round %d is %s", view.Round, view.Status)
		}
		return err
	})
}
