package runner

import "clinical-risk-pipeline/asl"

// batchQueue hands the children that ended to a goroutine of their own, in order: rendering their files takes about as long as the
// execution.
type batchQueue struct {
	ended chan *asl.Execution
	done  chan struct{}
}

// waiting is the number of children that may wait. It bounds the memory.
const waiting = 64

// handleBatches starts the goroutine. After an error it fails the run and drops the children that follow.
func (r *cohortRun) handleBatches(fail func(error)) *batchQueue {
	q := &batchQueue{make(chan *asl.Execution, waiting), make(chan struct{})}
	go func() {
		defer close(q.done)
		for child := range q.ended {
			if err := r.batch(child); err != nil {
				fail(err)
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

// wait returns when every child is handled.
func (q *batchQueue) wait() {
	close(q.ended)
	<-q.done
}
