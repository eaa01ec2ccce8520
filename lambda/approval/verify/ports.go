package verify

import (
	"context"
	"time"
)

// Store is the record store, with all versions of its objects. Its errors are approval.ErrNotFound for what does not exist; any other
// error means that the data is out of reach.
type Store interface {
	// Versions returns all versions and delete markers of the objects below a prefix. Those of one object are in the order of
	// their age, the oldest first.
	Versions(ctx context.Context, prefix string) ([]Version, error)

	// Read returns one version of an object.
	Read(ctx context.Context, key, version string) (Object, error)

	// Lock returns the lock of one version of an object. Its zero value is no lock.
	Lock(ctx context.Context, key, version string) (Lock, error)

	// Rule returns the lock that the store gives to every new object. Its zero value is no lock.
	Rule(ctx context.Context) (Rule, error)
}

// Version is one version of an object, or a delete marker.
type Version struct {
	Key, ID  string
	Deleted  bool // a delete marker
	Modified time.Time
}

// Object is the content of a version.
type Object struct {
	Body   []byte
	SHA256 string // the digest that the writer sent with the object, in hexadecimal digits; "" if there is none
}

// Mode is a mode of Object Lock.
type Mode string

// The modes.
const (
	Governance Mode = "GOVERNANCE"
	Compliance Mode = "COMPLIANCE"
)

// Lock is the Object Lock of a version.
type Lock struct {
	Mode  Mode // "" is no lock
	Until time.Time
	Hold  bool // a legal hold
}

// Rule is the default lock of a store.
type Rule struct {
	Mode   Mode // "" is no lock
	Period time.Duration
}

// Trail is a trail of API calls.
type Trail interface {
	// Invocations returns the invocations of functions with this request id at about this time.
	Invocations(ctx context.Context, requestID string, at time.Time) ([]Invocation, error)

	// Since returns the time from which the trail has events.
	Since(ctx context.Context) (time.Time, error)
}

// Invocation is an event of a trail: who invoked a function.
type Invocation struct {
	EventID  string
	Function string // the ARN, without a version or alias
	At       time.Time
	ARN      string // of who invoked it
	UserID   string
	Error    string // the code of the error; "" if the function was invoked
}
