package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
)

// concurrentReads is how many objects are read at the same time.
const concurrentReads = 16

// each calls do for 0 to n-1, some at the same time.
func each(n int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(concurrentReads)
	for i := range n {
		group.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = group.Wait() // do returns no error.
}

// checkReviewed checks what the signer reviewed, and the order in time.
func (v *Verifier) checkReviewed(ctx context.Context, r *recorded) []Check {
	checks := []Check{v.checkPlace(r), checkDigest(r), v.checkObjects(ctx, r)}
	const others, locks = "versions of the decision records", "locks of the decision records"
	versions, err := v.at(ctx, r.Reviewed.Place)
	if err != nil {
		var said findings
		said.unknown("the objects at %s: %v", r.Reviewed.Place, err)
		return append(checks, said.check(others, ""), said.check(locks, ""), r.checkOrder(v.Now(), nil, &said))
	}
	reviewed := r.among(versions)
	return append(checks, r.checkOthers(others, versions), v.checkLocks(ctx, locks, reviewed), r.checkOrder(v.Now(), reviewed, &findings{}))
}

// at returns all versions of the objects at a place.
func (v *Verifier) at(ctx context.Context, uri string) ([]Version, error) {
	place, err := approval.ParsePlace(uri)
	if err != nil {
		return nil, err
	}
	versions, err := v.Store.Versions(ctx, place.Key)
	if !strings.HasSuffix(place.Key, "/") { // the prefix of other keys, too
		versions = slices.DeleteFunc(versions, func(version Version) bool { return version.Key != place.Key })
	}
	return versions, err
}

// among returns the versions that the signer reviewed.
func (r *recorded) among(versions []Version) []Version {
	ids := r.reviewedIDs()
	return slices.DeleteFunc(slices.Clone(versions), func(version Version) bool { return version.Deleted || ids[version.Key] != version.ID })
}

// reviewedIDs returns the ids of the reviewed versions by key.
func (r *recorded) reviewedIDs() map[string]string {
	ids := map[string]string{}
	for _, o := range r.Reviewed.Objects {
		ids[o.Key] = o.Version
	}
	return ids
}

// paddedStart is the layout of the time of a start with zeros at a full second, as local runs had it before Step Functions' way was known.
const paddedStart = "2006-01-02T15:04:05.000Z"

// checkPlace checks that the reviewed objects are decision records of the execution, each at the place and once.
func (v *Verifier) checkPlace(r *recorded) Check {
	var said findings
	if err := (approval.Records{Bucket: v.Bucket, Prefix: v.Prefix}).CheckPlace(r.Reviewed.Place); err != nil {
		said.wrong("%s: %v", r.Reviewed.Place, err)
	}
	place, _ := approval.ParsePlace(r.Reviewed.Place)
	folder := workflow.RecordsOf(r.TrialID, r.Execution, workflow.Started(r.StartedAt))
	padded := workflow.RecordsOf(r.TrialID, r.Execution, r.StartedAt.UTC().Format(paddedStart))
	if !strings.HasPrefix(place.Key, folder) && !strings.HasPrefix(place.Key, padded) {
		said.wrong("%s: the decision records of the execution are in %s", r.Reviewed.Place, folder)
	}
	seen := map[string]bool{}
	for _, o := range r.Reviewed.Objects {
		if o.Key != place.Key && (!strings.HasSuffix(place.Key, "/") || !strings.HasPrefix(o.Key, place.Key)) {
			said.wrong("%s is not at %s", o.Key, r.Reviewed.Place)
		}
		if seen[o.Key] {
			said.wrong("%s is listed twice", o.Key)
		}
		seen[o.Key] = true
	}
	return said.check("place of the decision records", r.Reviewed.Place)
}

// checkDigest recomputes the digest of the reviewed records.
func checkDigest(r *recorded) Check {
	var said findings
	if sum := r.Reviewed.Sum(); sum != r.Reviewed.SHA256 {
		said.wrong("the digest of the list is %s, but the record has %s", sum, r.Reviewed.SHA256)
	}
	return said.check("digest of the decision records", r.Reviewed.SHA256)
}

// checkObjects reads and hashes every reviewed version.
func (v *Verifier) checkObjects(ctx context.Context, r *recorded) Check {
	objects, found := r.Reviewed.Objects, make([]findings, len(r.Reviewed.Objects))
	each(len(objects), func(i int) {
		o, said := objects[i], &found[i]
		switch object, err := v.Store.Read(ctx, o.Key, o.Version); {
		case errors.Is(err, approval.ErrNotFound):
			said.wrong("%s: version %s does not exist", o.Key, o.Version)
		case err != nil:
			said.unknown("%s, version %s: %v", o.Key, o.Version, err)
		case approval.Digest(object.Body) != o.SHA256:
			said.wrong("%s: the SHA-256 is %s, but %s was signed", o.Key, approval.Digest(object.Body), o.SHA256)
		case len(object.Body) != o.Bytes:
			said.wrong("%s: has %d bytes, but the record says %d", o.Key, len(object.Body), o.Bytes)
		}
	})
	return join(found).check("bytes of the decision records", fmt.Sprintf("records with the SHA-256 that was signed: %d", len(objects)))
}

// checkOthers checks that each reviewed object has one version, and that there are no others at the place.
func (r *recorded) checkOthers(name string, versions []Version) Check {
	var said findings
	ids := r.reviewedIDs()
	for _, version := range versions {
		if id, reviewed := ids[version.Key]; reviewed {
			describe(&said, version, id)
		} else {
			said.wrong("%s: an object that nobody reviewed, of %s", version.Key, stamp(version.Modified))
		}
	}
	return said.check(name, "one of each, and no other object at the place")
}

// checkLocks checks that versions are locked at least as the store locks new objects.
func (v *Verifier) checkLocks(ctx context.Context, name string, versions []Version) Check {
	var said findings
	rule, err := v.Store.Rule(ctx)
	if err != nil {
		said.unknown("the lock of new objects: %v", err)
		return said.check(name, "")
	}
	found, locks := make([]findings, len(versions)), make([]Lock, len(versions))
	each(len(versions), func(i int) {
		version, said := versions[i], &found[i]
		lock, err := v.Store.Lock(ctx, version.Key, version.ID)
		until := version.Modified.Add(rule.Period)
		switch {
		case err != nil:
			said.unknown("%s: %v", version.Key, err)
		case lock.Mode == "":
			said.wrong("%s: not locked", version.Key)
		case rule.Mode == Compliance && lock.Mode != Compliance:
			said.wrong("%s: locked in mode %s, but the store locks new objects in mode %s", version.Key, lock.Mode, rule.Mode)
		case lock.Until.Add(clockSkew).Before(until):
			said.wrong("%s: locked until %s, but the store locks new objects for %d days, which is until %s",
				version.Key, stamp(lock.Until), int(rule.Period.Hours()/24), stamp(until))
		}
		locks[i] = lock
	})
	if rule.Mode == "" {
		said.wrong("the store does not lock new objects")
	}
	return join(append(found, said)).check(name, summary(locks))
}

// summary describes locks: the mode, the earliest end, and how many legal holds there are.
func summary(locks []Lock) string {
	if len(locks) == 0 {
		return "no object"
	}
	first, holds := locks[0], 0
	for _, lock := range locks {
		if lock.Until.Before(first.Until) {
			first = lock
		}
		if lock.Hold {
			holds++
		}
	}
	text := fmt.Sprintf("%s until %s", first.Mode, stamp(first.Until))
	if len(locks) > 1 {
		text += " or later"
	}
	return fmt.Sprintf("%s; legal holds: %d", text, holds)
}
