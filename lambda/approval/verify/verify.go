// Package verify recomputes for an auditor what the records of an approval claim, from the objects of the record store, their versions
// and locks, and from the events of a trail. It trusts neither the deciding function nor the table of requests.
//
// A [Check] holds, does not hold, or is not verifiable: the data is out of reach, and the check says why. An approval holds if every
// check does.
//
// The text of a signature (meaning and reason) is in the approval record only. What protects it is the store: the version, the lock, and
// the checksum that the function sent with the record.
package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/lambda/approval"
)

// Verifier verifies approvals.
type Verifier struct {
	Store  Store
	Bucket string // the name of the record store
	Prefix string // of the decision records in it
	Trial  string // the id of the trial, to search its approval records only. Default: all trials
	Now    approval.Clock

	// Trail has the invocations of the deciding function. Default: they are not verifiable.
	Trail Trail

	// Function is the ARN of the deciding function. Default: an invocation of any function counts.
	Function string

	// Signers are the rules for signers. Default: whether the signer is an approver is not verifiable.
	Signers *approval.Signers
}

// Verify verifies all records of an approval: an execution has several if it asked again after a redrive.
//
// Requirements: P11-10c, P11-10e, P11-70
func (v *Verifier) Verify(ctx context.Context, id string) (*Report, error) {
	if !approval.IsID(id) {
		return nil, fmt.Errorf("the id of an approval is ap- with 16 letters and digits, got %q", id)
	}
	report := &Report{ID: id, VerifiedAt: v.Now().UTC()}
	records, found := v.find(ctx, id)
	report.Checks = append(report.Checks, found)
	for _, r := range records {
		report.Records = append(report.Records, v.verify(ctx, r))
	}
	if len(records) > 1 {
		report.Checks = append(report.Checks, rounds(records))
	}
	report.conclude()
	return report, ctx.Err()
}

// recorded is an approval record with its object.
type recorded struct {
	approval.Record
	key      string
	versions []Version // the oldest first
	version  Version   // the oldest one that is not a delete marker: a record is created once
	object   Object
	invalid  error // why the object is not a record
}

// find returns the records of the approval, in the order of their rounds. An object that cannot be read may be one of them.
func (v *Verifier) find(ctx context.Context, id string) ([]*recorded, Check) {
	const name = "approval records"
	place := approval.Place{Bucket: v.Bucket, Key: approval.RecordsPrefix(v.Trial)}
	var said findings
	versions, err := v.Store.Versions(ctx, place.Key)
	if err != nil {
		said.unknown("the objects below %s: %v", place, err)
		return nil, said.check(name, "")
	}
	versions = slices.DeleteFunc(versions, func(version Version) bool { return approval.IsRendering(version.Key) })
	objects := byKey(versions)
	all, found := make([]*recorded, len(objects)), make([]findings, len(objects))
	each(len(objects), func(i int) {
		var err error
		if all[i], err = v.read(ctx, objects[i]); err != nil {
			found[i].unknown("%s may be a record of %s: %v", objects[i][0].Key, id, err)
		}
	})
	records := slices.DeleteFunc(all, func(r *recorded) bool { return r == nil || r.ApprovalID != id })
	slices.SortStableFunc(records, func(a, b *recorded) int { return a.Round - b.Round })
	if len(records) == 0 {
		said.wrong("no record of %s below %s", id, place)
	}
	return records, join(append(found, said)).check(name, fmt.Sprintf("below %s: %d", place, len(records)))
}

// rounds checks that the records of an approval are of different rounds, one after the other.
func rounds(records []*recorded) Check {
	var said findings
	for i, r := range records[1:] {
		switch before := records[i]; {
		case r.invalid != nil || before.invalid != nil: // said by the check of the record
		case r.Round == before.Round:
			said.wrong("%s and %s are of the same round, %d", before.key, r.key, r.Round)
		case r.RequestedAt.Before(before.RequestedAt):
			said.wrong("round %d was requested at %s, before round %d", r.Round, stamp(r.RequestedAt), before.Round)
		}
	}
	return said.check("rounds", fmt.Sprintf("%d records of different rounds, one after the other", len(records)))
}

// byKey returns the versions of each object, the oldest first, in the order of the keys.
func byKey(versions []Version) [][]Version {
	versions = slices.Clone(versions)
	slices.SortStableFunc(versions, func(a, b Version) int { return strings.Compare(a.Key, b.Key) })
	var objects [][]Version
	for i, v := range versions {
		if i == 0 || versions[i-1].Key != v.Key {
			objects = append(objects, nil)
		}
		last := &objects[len(objects)-1]
		*last = append(*last, v)
	}
	return objects
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
