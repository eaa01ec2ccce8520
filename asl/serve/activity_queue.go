package serve

import (
	"context"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// pollTime is how long GetActivityTask waits for a task.
const pollTime = 60 * time.Second

// work is a task of an activity.
type work struct {
	token, input string
	completion   *asl.Completion
}

// queue has the tasks that no worker has taken, the oldest first.
type queue struct {
	mu    sync.Mutex
	tasks []*work
	more  chan struct{} // closed and replaced when a task comes
}

func newQueue() *queue { return &queue{more: make(chan struct{})} }

// put adds a task.
func (q *queue) put(w *work) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = append(q.tasks, w)
	close(q.more)
	q.more = make(chan struct{})
}

// take returns the first task that has not ended, and starts it; nil when there is none. more is closed when another task comes.
func (q *queue) take(worker string) (w *work, more <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.tasks) > 0 {
		w := q.tasks[0]
		q.tasks[0] = nil
		q.tasks = q.tasks[1:]
		if w.completion.Start(worker) == nil {
			return w, nil
		}
	}
	return nil, q.more
}

type getActivityTaskInput struct {
	ActivityARN string `json:"activityArn" api:"required,min=1,max=256"`
	WorkerName  string `json:"workerName" api:"min=1,max=80"`
}

type getActivityTaskOutput struct {
	TaskToken *string `json:"taskToken"`
	Input     *string `json:"input,omitempty"`
}

// getActivityTask waits for a task. Without one, the answer has no token.
func (s *Server) getActivityTask(ctx context.Context, in *getActivityTaskInput) (*getActivityTaskOutput, *api.Error) {
	s.mu.RLock()
	a, err := s.findActivity(in.ActivityARN)
	s.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	timeout := time.NewTimer(pollTime)
	defer timeout.Stop()
	for {
		w, more := a.queue.take(in.WorkerName)
		if w != nil {
			return &getActivityTaskOutput{&w.token, &w.input}, nil
		}
		select {
		case <-more:
		case <-timeout.C:
			return &getActivityTaskOutput{}, nil
		case <-ctx.Done():
			return &getActivityTaskOutput{}, nil
		case <-s.closing:
			return &getActivityTaskOutput{}, nil
		}
	}
}
