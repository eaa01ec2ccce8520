package approval

import (
	"context"
	"errors"
	"time"
)

// Store keeps the requests.
type Store interface {
	// Get returns a request as the last Put stored it, or ErrNotFound.
	Get(ctx context.Context, id string) (*Approval, error)

	// Put stores a request and increments its Revision. It returns ErrChanged if the stored request has another Revision (0:
	// no stored request).
	Put(ctx context.Context, a *Approval) error

	// List returns the requests for which no execution took a decision, or all requests, the oldest first.
	List(ctx context.Context, all bool) ([]*Approval, error)
}

// Objects is the record store: a bucket that keeps every version.
type Objects interface {
	// List returns the keys below a prefix.
	List(ctx context.Context, prefix string) ([]string, error)

	// Read returns an object and its version, or ErrNotFound.
	Read(ctx context.Context, key string) (body []byte, version string, err error)

	// Create stores an object and returns its version, or ErrExists if the object exists.
	Create(ctx context.Context, key string, body []byte) (version string, err error)
}

// Notifier tells the approvers.
type Notifier interface {
	Notify(ctx context.Context, m Message) error
}

// Tasks completes waiting tasks.
type Tasks interface {
	// Succeed completes a task with an output. ErrTaskGone means that the task does not wait: it was completed, it timed out,
	// or its execution ended.
	Succeed(ctx context.Context, token string, output []byte) error

	// Completed reports whether the history of the execution has a task that succeeded with this output.
	Completed(ctx context.Context, execution string, output []byte) (bool, error)
}

// Starts knows who started executions.
type Starts interface {
	// Starters returns the principals that started and redrove the execution, or ErrStarterUnknown while they are not
	// completely known.
	Starters(ctx context.Context, r *Request) ([]Starter, error)
}

// Identities knows who signed requests.
type Identities interface {
	// Identify returns the principal that signed the request to STS in this region, with this digest of a statement. ErrNotProved
	// means that STS refuses the signature, ErrIdentityUnknown that STS did not answer.
	Identify(ctx context.Context, region, digest string, proof Proof) (Caller, error)
}

// Clock tells the time.
type Clock func() time.Time

// The errors of the ports.
var (
	ErrNotFound        = errors.New("not found")
	ErrChanged         = errors.New("changed in the meantime")
	ErrExists          = errors.New("already exists")
	ErrTaskGone        = errors.New("the task no longer waits")
	ErrStarterUnknown  = errors.New("the starter of the execution is not yet known")
	ErrNotProved       = errors.New("the signature is not valid")
	ErrIdentityUnknown = errors.New("the identity of the caller is not known")
)
