package asl_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clinical-risk-pipeline/asl"
)

const callback = `{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
	"TimeoutSeconds": 60, "HeartbeatSeconds": 10, "End": true}}}`

// later runs a definition whose tasks end by their completion, which act gets in a goroutine of its own. The wall clock is that of a
// bubble: it moves when every goroutine waits.
func later(t *testing.T, definition string, o asl.Options, act func(c *asl.Completion)) *asl.Execution {
	t.Helper()
	var x *asl.Execution
	var acts sync.WaitGroup
	synctest.Test(t, func(t *testing.T) {
		machine, err := asl.Load([]byte(definition))
		if err != nil {
			t.Fatal(err)
		}
		o.Handler = asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
			c := asl.NewCompletion(nil)
			acts.Go(func() { act(c) })
			return asl.Reply{Later: c}, nil
		})
		o.Start = time.Now()
		defer acts.Wait()
		if x, err = machine.Run(t.Context(), "in", o); err != nil {
			t.Fatal(err)
		}
	})
	return x
}

// happened returns the types of the events, without those of the execution and of states.
func happened(x *asl.Execution) string {
	var all []string
	for _, event := range x.History {
		if !strings.HasPrefix(event.Type, "Execution") && !strings.Contains(event.Type, "State") {
			all = append(all, event.Type)
		}
	}
	return strings.Join(all, " ")
}

func TestATaskEndsLater(t *testing.T) {
	check := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, row := range []struct {
		reason  string
		act     func(c *asl.Completion)
		status  asl.Status
		outcome any
		seconds float64
		events  string
	}{
		{"it succeeds", func(c *asl.Completion) {
			check(c.Submit("sent"))
			time.Sleep(5 * time.Second)
			check(c.Succeed("out"))
		}, asl.Succeeded, "out", 5, "TaskScheduled TaskStarted TaskSubmitted TaskSucceeded"},
		{"it fails at once", func(c *asl.Completion) { check(c.Fail(&asl.Error{Name: "Bad", Cause: "luck"})) },
			asl.Failed, "Bad", 0, "TaskScheduled TaskStarted TaskFailed"},
		{"nobody sends a heartbeat", func(*asl.Completion) {},
			asl.Failed, asl.ErrTimeout, 10, "TaskScheduled TaskStarted TaskTimedOut"},
		{"heartbeats keep it alive, but not beyond the timeout", func(c *asl.Completion) {
			for c.Heartbeat() == nil {
				time.Sleep(9 * time.Second)
			}
		}, asl.Failed, asl.ErrTimeout, 60, "TaskScheduled TaskStarted TaskTimedOut"},
		{"only the first end counts", func(c *asl.Completion) {
			check(c.Succeed("first"))
			if err := c.Succeed("second"); !errors.Is(err, asl.ErrEnded) {
				t.Errorf("a second end: %v", err)
			}
		}, asl.Succeeded, "first", 0, "TaskScheduled TaskStarted TaskSucceeded"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			for _, realTime := range []bool{false, true} {
				x := later(t, callback, asl.Options{RealTime: realTime}, row.act)
				outcome := x.Output
				if x.Status != asl.Succeeded {
					outcome = x.Error
				}
				if seconds := x.Stop.Sub(x.Start).Seconds(); x.Status != row.status || outcome != row.outcome || seconds != row.seconds {
					t.Errorf("real time %v: got %s, %v after %v s, want %s, %v after %v s", realTime, x.Status, outcome, seconds, row.status, row.outcome, row.seconds)
				}
				if got := happened(x); got != row.events {
					t.Errorf("events\ngot  %s\nwant %s", got, row.events)
				}
			}
		})
	}
}

func TestOtherBranchesGoOnMeanwhile(t *testing.T) {
	x := later(t, `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}}},
		{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 2, "Next": "Done"}, "Done": {"Type": "Pass", "End": true}}}]}}}`,
		asl.Options{}, func(c *asl.Completion) {
			time.Sleep(3 * time.Second)
			_ = c.Succeed("out")
		})
	var done, asked time.Duration
	for _, event := range x.History {
		switch event.StateName() {
		case "Done":
			done = event.Timestamp.Sub(x.Start)
		case "Ask":
			asked = event.Timestamp.Sub(x.Start)
		}
	}
	if done != 2*time.Second || asked != 3*time.Second || x.Status != asl.Succeeded {
		t.Errorf("%s: Done after %v, Ask after %v", x.Status, done, asked)
	}
}

func TestAnActivityStartsWhenAWorkerTakesIt(t *testing.T) {
	x := later(t, `{"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work",
		"HeartbeatSeconds": 5, "End": true}}}`, asl.Options{}, func(c *asl.Completion) {
		time.Sleep(time.Minute) // Nobody has to send heartbeats before.
		_ = c.Start("Jane")
		time.Sleep(4 * time.Second)
		_ = c.Succeed("out")
	})
	if got := happened(x); got != "ActivityScheduled ActivityStarted ActivitySucceeded" || x.Status != asl.Succeeded {
		t.Errorf("%s: %s", x.Status, got)
	}
	for _, event := range x.History {
		if d, ok := event.Details.(*asl.ActivityStarted); ok && (d.WorkerName != "Jane" || event.Timestamp.Sub(x.Start) != time.Minute) {
			t.Errorf("%+v at %v", d, event.Timestamp)
		}
	}
}

func TestAStoppedExecutionIsAborted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		machine, err := asl.Load([]byte(`{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": true}}}`))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(&asl.Stop{Name: "Enough", Cause: "somebody stopped it"})
		}()
		var seen []string
		x, err := machine.Run(ctx, nil, asl.Options{RealTime: true, Start: time.Now(), OnEvent: func(e *asl.Event) { seen = append(seen, e.Type) }})
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != asl.Aborted || x.Error != "Enough" || x.Cause != "somebody stopped it" || x.Stop.Sub(x.Start) != time.Second {
			t.Errorf("%+v", x)
		}
		if got := strings.Join(seen, " "); got != "ExecutionStarted WaitStateEntered ExecutionAborted" || x.History != nil {
			t.Errorf("events %s, history %v", got, x.History)
		}
	})
}
