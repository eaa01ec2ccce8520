package clock_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/internal/clock"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// log records events with their times in seconds.
type log struct {
	root  *clock.Process
	lines []string
}

func (l *log) add(what string) {
	l.lines = append(l.lines, fmt.Sprintf("%g %s", l.root.Now().Sub(start).Seconds(), what))
}

func (l *log) check(t *testing.T, want ...string) {
	t.Helper()
	if got := fmt.Sprint(l.lines); got != fmt.Sprint(want) {
		t.Errorf("got  %s\nwant %s", got, fmt.Sprint(want))
	}
}

func sleep(t *testing.T, p *clock.Process, seconds float64) error {
	t.Helper()
	return p.SleepUntil(p.Now().Add(time.Duration(seconds * float64(time.Second))))
}

func TestProcessesShareTheClock(t *testing.T) {
	root := clock.New(start)
	l := &log{root: root}
	left := 2
	worker := func(name string, seconds float64) {
		root.Go(func(p *clock.Process) {
			for i := range 2 {
				l.add(fmt.Sprintf("%s%d", name, i))
				if err := sleep(t, p, seconds); err != nil {
					t.Error(err)
				}
			}
			if left--; left == 0 {
				root.Wake()
			}
		})
	}
	worker("a", 2)
	worker("b", 3)
	if err := root.Wait(); err != nil {
		t.Fatal(err)
	}
	l.add("end")
	l.check(t, "0 a0", "0 b0", "2 a1", "3 b1", "6 end")
}

func TestEqualTimesWakeInTheOrderOfTheRequests(t *testing.T) {
	root := clock.New(start)
	l := &log{root: root}
	for _, name := range []string{"a", "b", "c"} {
		root.Go(func(p *clock.Process) {
			_ = sleep(t, p, 5)
			l.add(name)
		})
	}
	_ = sleep(t, root, 5)
	l.add("root")
	l.check(t, "5 a", "5 b", "5 c", "5 root")
}

func TestSleepInAStartingProcessDoesNotMoveTheClock(t *testing.T) {
	// The process that starts it is not blocked, so time must not pass.
	root := clock.New(start)
	p := root.Go(func(p *clock.Process) { _ = sleep(t, p, 9) })
	if !root.Now().Equal(start) {
		t.Errorf("the clock is at %v", root.Now())
	}
	p.Stop()
}

func TestStop(t *testing.T) {
	root := clock.New(start)
	l := &log{root: root}
	p := root.Go(func(p *clock.Process) {
		inner := p.Go(func(p *clock.Process) {
			if err := sleep(t, p, 9); errors.Is(err, clock.ErrStopped) {
				l.add("inner stopped")
			}
		})
		defer inner.Stop()
		if err := p.Wait(); errors.Is(err, clock.ErrStopped) {
			l.add("outer stopped")
		}
	})
	_ = sleep(t, root, 1)
	p.Stop()
	_ = sleep(t, root, 20)
	l.add("end")
	l.check(t, "1 outer stopped", "1 inner stopped", "21 end")
}

func TestWakingTwiceWakesOnce(t *testing.T) {
	root := clock.New(start)
	wakes := 0
	p := root.Go(func(p *clock.Process) {
		for p.Wait() == nil {
			wakes++
		}
	})
	p.Wake()
	p.Wake()
	_ = sleep(t, root, 1)
	if wakes != 1 {
		t.Errorf("woke %d times", wakes)
	}
	p.Stop()
	p.Wake()
	_ = sleep(t, root, 1)
}

func TestTimeDoesNotMoveForAStoppedProcess(t *testing.T) {
	root := clock.New(start)
	p := root.Go(func(p *clock.Process) { _ = sleep(t, p, 60) })
	p.Stop()
	if err := root.Wait(); err == nil || !root.Now().Equal(start) {
		t.Errorf("%v, the clock is at %v", err, root.Now())
	}
}

func TestWaitFailsWhenNoProcessCanWakeTheRoot(t *testing.T) {
	if err := clock.New(start).Wait(); err == nil {
		t.Error("Wait succeeds")
	}
}

func TestSleepUntilAPastTimeReturnsAtOnce(t *testing.T) {
	root := clock.New(start)
	if err := root.SleepUntil(start.Add(-time.Hour)); err != nil || !root.Now().Equal(start) {
		t.Errorf("%v, the clock is at %v", err, root.Now())
	}
}
