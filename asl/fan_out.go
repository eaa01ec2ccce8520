package asl

import (
	"errors"
	"slices"

	"clinical-risk-pipeline/asl/internal/clock"
)

// job is work that runs on its own process.
type job func(*clock.Process) error

// fanOut runs jobs concurrently for a branch that waits for them.
type fanOut struct {
	b       *branch
	limit   int                 // how many jobs run at a time
	next    func() (job, error) // returns the next job, or nil after the last
	running []*clock.Process
	waiting bool
	failed  error // the first error of a job
}

// run returns when all jobs have ended. The first error of a job or of next stops all other jobs at that moment, and run returns it.
func (f *fanOut) run() error {
	defer f.stopAll()
	for {
		more, err := f.fill()
		if err != nil {
			return err
		}
		if f.failed != nil || len(f.running) == 0 && !more {
			return f.failed
		}
		f.waiting = true
		err = f.b.p.Wait()
		f.waiting = false
		if err != nil {
			return err
		}
	}
}

// fill starts jobs up to the limit. A job that never waits has already ended when Go returns.
func (f *fanOut) fill() (more bool, err error) {
	for f.failed == nil && len(f.running) < f.limit {
		work, err := f.next()
		if err != nil || work == nil {
			return false, err
		}
		f.start(work)
	}
	return true, nil
}

func (f *fanOut) start(work job) {
	ended := false
	p := f.b.p.Go(func(p *clock.Process) {
		err := work(p)
		ended = true
		f.running = slices.DeleteFunc(f.running, func(other *clock.Process) bool { return other == p })
		if err != nil && !errors.Is(err, clock.ErrStopped) && f.failed == nil {
			f.failed = err
		}
		if f.waiting {
			f.b.p.Wake()
		}
	})
	if !ended {
		f.running = append(f.running, p)
	}
}

// follow makes the next event of the waiting branch follow the last event of the job that ended, or that failed first.
func (f *fanOut) follow(inner *branch, err error) {
	if f.failed == nil && !errors.Is(err, clock.ErrStopped) {
		f.b.previous = inner.previous
	}
}

func (f *fanOut) stopAll() {
	for len(f.running) > 0 {
		last := f.running[len(f.running)-1]
		f.running = f.running[:len(f.running)-1]
		last.Stop()
	}
}
