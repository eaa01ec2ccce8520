package runner

import "clinical-risk-pipeline/asl"

// batchQueue hands the children that ended to a goroutine of their own, in order: rendering their files takes about as long as the
// execution.
type batchQueue struct {
	ended  chan *asl.Execution
	done   chan struct{}
	failed error // of the first child that could not be handled
}

// waiting is the number of children that may wait. It bounds the memory.
const waiting = 64

// handleBatches starts the goroutine. After an error it fails the run and drops the children that follow.
func (r *cohortRun) handleBatches(fail func(error)) *batchQueue {
	q := &batchQueue{ended: make(chan *asl.Execution, waiting), done: make(chan struct{})}
	go func() {
		defer close(q.done)
		for child := range q.ended {
			if q.failed = r.batch(child); q.failed != nil {
				fail(q.failed)
				break
			}
		}
		for range q.ended { // so that hand never waits
		}
	}()
	return q
}

// hand is for asl.Options.OnChild.
func (q *batchQueue) hand(child *asl.Execution) { q.ended <- child }

// wait returns when every child is handled. The error is that of the first one that could not be: the run itself may have ended before.
func (q *batchQueue) wait() error {
	close(q.ended)
	<-q.done
	return q.failed
}
