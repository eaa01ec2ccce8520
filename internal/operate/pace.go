package operate

import (
	"context"
	"time"
)

// DefaultRate is the number of calls a second. The smallest steady quota of the calls of this package is 5 a second for a list, behind a
// bucket of 100 calls (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html); other people of the account call, too.
const DefaultRate = 10

// The bounds of what a throttled caller waits.
const (
	firstWait = time.Second
	longest   = 30 * time.Second
)

// pace keeps to a rate. It halves the rate when a call is throttled, and comes back to the whole rate call by call.
type pace struct {
	clock    Clock
	interval time.Duration // between calls, at the whole rate
	now      time.Duration // between calls, as long as the service throttles
	next     time.Time     // the earliest time of the next call
}

func newPace(clock Clock, rate float64) *pace {
	interval := time.Duration(float64(time.Second) / rate)
	return &pace{clock: clock, interval: interval, now: interval}
}

// wait waits for the turn of a call.
func (p *pace) wait(ctx context.Context) error {
	now := p.clock.Now()
	if wait := p.next.Sub(now); wait > 0 {
		if err := p.clock.Sleep(ctx, wait); err != nil {
			return err
		}
		now = p.next
	}
	p.next = now.Add(p.now)
	return ctx.Err()
}

// throttled slows down, and waits longer with each attempt of the same call.
func (p *pace) throttled(ctx context.Context, attempt int) error {
	p.now = min(2*p.now, longest)
	return p.clock.Sleep(ctx, backoff(attempt))
}

// succeeded speeds up again.
func (p *pace) succeeded() { p.now = max(p.interval, p.now*9/10) }

// backoff is what to wait after a failed attempt, from 1.
func backoff(attempt int) time.Duration {
	return min(longest, firstWait<<min(attempt-1, 5))
}
