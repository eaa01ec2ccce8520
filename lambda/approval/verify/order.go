package verify

import (
	"fmt"
	"time"
)

const (
	// clockSkew is how much the clocks of the services may differ. S3 rounds times down to seconds.
	clockSkew = 5 * time.Second

	// storing is how long the function may take from the signature to the record. It is longer than the timeout of the function.
	storing = 5 * time.Minute
)

// moment is a time with its name.
type moment struct {
	name string
	at   time.Time
}

// checkOrder checks the order in time: start, decision records, request, signature, approval record, deadline. The times of objects are
// the store's. said has what is not verifiable.
func (r *recorded) checkOrder(at time.Time, reviewed []Version, said *findings) Check {
	before := func(a, b moment) {
		if a.at.After(b.at.Add(clockSkew)) {
			said.wrong("%s, %s, is after %s, %s", a.name, stamp(a.at), b.name, stamp(b.at))
		}
	}
	started, requested, signed := moment{"the start", r.StartedAt}, moment{"the request", r.RequestedAt}, moment{"the signature", r.SignedAt}
	written, deadline, now := moment{"the approval record", r.version.Modified}, moment{"the deadline", r.Deadline}, moment{"now", at}
	for _, version := range reviewed {
		object := moment{version.Key, version.Modified}
		before(started, object)
		before(object, requested)
	}
	for _, pair := range [][2]moment{{started, requested}, {requested, signed}, {signed, written}, {signed, deadline}, {written, deadline}, {written, now}} {
		before(pair[0], pair[1])
	}
	if late := r.version.Modified.Sub(r.SignedAt); late > storing {
		said.wrong("the approval record, %s, is %v after the signature, %s", stamp(r.version.Modified), late.Round(time.Second), stamp(r.SignedAt))
	}
	return said.check("order in time", fmt.Sprintf("started %s, requested %s, signed %s, recorded %s, deadline %s",
		stamp(r.StartedAt), stamp(r.RequestedAt), stamp(r.SignedAt), stamp(r.version.Modified), stamp(r.Deadline)))
}
