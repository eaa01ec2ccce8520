package approval

import (
	"context"
	"errors"
	"time"
)

// Store keeps the requests.
type Store interface {
	// Get returns a request, as the last Put left it, or ErrNotFound.
	Get(ctx context.Context, id string) (*Approval, error)

	// Put stores a request, if the stored one still has its Revision (0: there is none), and raises that; else ErrChanged.
	Put(ctx context.Context, a *Approval) error

	// List returns the requests whose execution took no decision, or all, the oldest first.
	List(ctx context.Context, all bool) ([]*Approval, error)
}

// Objects is the record store: a bucket that keeps every version.
type Objects interface {
	// List returns the keys below a prefix.
	List(ctx context.Context, prefix string) ([]string, error)

	// Read returns an object and its version, or ErrNotFound.
	Read(ctx context.Context, key string) (body []byte, version string, err error)

	// Create stores an object where there is none, and returns its version; else ErrExists.
	Create(ctx context.Context, key string, body []byte) (version string, err error)
}

// Notifier tells the approvers.
type Notifier interface {
	Notify(ctx context.Context, m Message) error
}

// Tasks completes the tasks that wait.
type Tasks interface {
	// Succeed completes a task with an output. ErrTaskGone says that the task does not wait: it was completed, its time is
	// over, or its execution ended.
	Succeed(ctx context.Context, token string, output []byte) error

	// Completed tells whether the execution's history has a task that succeeded with this output.
	Completed(ctx context.Context, execution string, output []byte) (bool, error)
}

// Starts knows who started executions.
type Starts interface {
	// Starters returns who started the execution and who redrove it, or ErrStarterUnknown while that cannot be told
	// completely.
	Starters(ctx context.Context, r *Request) ([]Starter, error)
}

// Clock tells the time.
type Clock func() time.Time

// What the ports answer.
var (
	ErrNotFound       = errors.New("not found")
	ErrChanged        = errors.New("changed by somebody else")
	ErrExists         = errors.New("exists already")
	ErrTaskGone       = errors.New("the task does not wait any more")
	ErrStarterUnknown = errors.New("who started the execution is not known")
)
