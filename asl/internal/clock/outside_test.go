package clock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"clinical-risk-pipeline/asl/internal/clock"
)

func TestARealClockWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // The bubble's wall clock moves when all goroutines wait.
		began := time.Now()
		root := clock.NewReal(start)
		l := &log{root: root}
		root.Go(func(p *clock.Process) {
			_ = sleep(t, p, 2)
			l.add("branch")
		})
		_ = sleep(t, root, 3)
		l.add("root")
		l.check(t, "2 branch", "3 root")
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestTimeGoesAsTheWallClockDoesWhileAProcessHoldsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := clock.New(start)
		l := &log{root: root}
		_ = sleep(t, root, 3600) // takes no time
		began := time.Now()
		branch := root.Go(func(p *clock.Process) {
			_ = sleep(t, p, 2)
			l.add("branch")
		})
		root.Hold()
		post := root.Poster()
		go func() {
			time.Sleep(5 * time.Second)
			post(root.Wake)
		}()
		if err := root.Wait(); err != nil {
			t.Fatal(err)
		}
		root.Release()
		l.add("posted")
		_ = sleep(t, root, 3600)
		l.add("end")
		branch.Stop()
		l.check(t, "3602 branch", "3605 posted", "7205 end")
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestTheContextEndsTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		root := clock.NewReal(start)
		root.Cancel(ctx)
		go cancel(enough)
		if err := sleep(t, root, 60); !errors.Is(err, enough) {
			t.Errorf("got %v", err)
		}
	})
}
