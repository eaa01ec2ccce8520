package clock

import (
	"context"
	"sync"
	"time"
)

// outside is the world outside of a simulation: the wall clock, and the goroutines that post.
type outside struct {
	real   bool            // time always goes as the wall clock does
	holds  int             // calls of Hold that are not released
	wall   time.Time       // the wall clock at the time since
	since  time.Time       // when the pace began
	cancel context.Context // ends the waiting; nil: nothing does
	inbox  *inbox          // nil: nobody posts
}

// inbox has what other goroutines post.
type inbox struct {
	mu     sync.Mutex
	posts  []func()
	signal chan struct{} // has an element when there are posts
}

// NewReal makes a clock that goes as the wall clock does, from a time on. It returns the root process, which is the caller.
func NewReal(start time.Time) *Process {
	p := New(start)
	p.clock.outside.real = true
	p.clock.begin()
	return p
}

// Cancel lets the end of the context end the waiting of the root process with the context's cause.
func (p *Process) Cancel(ctx context.Context) { p.clock.outside.cancel = ctx }

// Hold lets time go as the wall clock does until Release.
func (p *Process) Hold() {
	if !p.clock.paced() {
		p.clock.begin()
	}
	p.clock.outside.holds++
}

// Poster returns a function that other goroutines may call, at any time. It runs f in the simulation, while the root process waits and
// time goes as the wall clock does.
func (p *Process) Poster() (post func(f func())) {
	c := p.clock
	if c.outside.inbox == nil {
		c.outside.inbox = &inbox{signal: make(chan struct{}, 1)}
	}
	return c.outside.inbox.post
}

// Release ends a Hold.
func (p *Process) Release() {
	p.clock.follow()
	p.clock.outside.holds--
}

func (i *inbox) post(f func()) {
	i.mu.Lock()
	i.posts = append(i.posts, f)
	i.mu.Unlock()
	select {
	case i.signal <- struct{}{}:
	default:
	}
}

// paced reports whether time goes as the wall clock does.
func (c *Clock) paced() bool { return c.outside.real || c.outside.holds > 0 }

// begin starts the pace.
func (c *Clock) begin() { c.outside.wall, c.outside.since = time.Now(), c.now }

// follow moves the clock to the wall clock's time.
func (c *Clock) follow() {
	if now := c.outside.since.Add(time.Since(c.outside.wall)); now.After(c.now) {
		c.now = now
	}
}

// await waits for the time of the next wake-up, or for a post that makes one.
func (c *Clock) await() (*entry, error) {
	for {
		c.receive()
		if !c.paced() {
			return c.next()
		}
		c.follow()
		at, ok := c.peek()
		if ok && !at.After(c.now) {
			e, _ := c.pop()
			return e, nil
		}
		if err := c.idle(at, ok); err != nil {
			return nil, err
		}
	}
}

// receive runs what was posted.
func (c *Clock) receive() {
	i := c.outside.inbox
	if i == nil {
		return
	}
	i.mu.Lock()
	posts := i.posts
	i.posts = nil
	i.mu.Unlock()
	for _, f := range posts {
		f()
	}
}

// idle blocks until a time of the clock, a post or the end of the context.
func (c *Clock) idle(until time.Time, timed bool) error {
	var posted, ended <-chan struct{}
	var due <-chan time.Time
	if c.outside.inbox != nil {
		posted = c.outside.inbox.signal
	}
	if c.outside.cancel != nil {
		ended = c.outside.cancel.Done()
	}
	if timed {
		timer := time.NewTimer(until.Sub(c.now))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-posted:
	case <-due:
	case <-ended:
		return context.Cause(c.outside.cancel)
	}
	return nil
}
