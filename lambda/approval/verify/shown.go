package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/lambda/approval"
)

// checkShown checks what the signer was shown and signed: its bytes, its versions and lock, and that it is about the records and subjects
// of the decision.
func (v *Verifier) checkShown(ctx context.Context, r *recorded) []Check {
	return []Check{v.checkRendering(ctx, r), v.checkRenderingKept(ctx, r), checkVerdicts(r)}
}

// checkRendering reads the rendering and hashes it again.
func (v *Verifier) checkRendering(ctx context.Context, r *recorded) Check {
	var said findings
	object, err := v.Store.Read(ctx, r.Shown.Key, r.Shown.Version)
	switch {
	case errors.Is(err, approval.ErrNotFound):
		said.wrong("%s: version %s does not exist", r.Shown.Key, r.Shown.Version)
	case err != nil:
		said.unknown("%s, version %s: %v", r.Shown.Key, r.Shown.Version, err)
	default:
		if digest := approval.Digest(object.Body); digest != r.Shown.SHA256 {
			said.wrong("%s: the SHA-256 is %s, but %s was signed", r.Shown.Key, digest, r.Shown.SHA256)
		}
		text := string(object.Body)
		if !strings.Contains(text, r.Reviewed.Sum()) {
			said.wrong("%s: does not name the digest of the decision records", r.Shown.Key)
		}
		if counts := r.Subjects.Counts; counts != nil && !approval.SaysCounts(object.Body, counts) {
			said.wrong("%s: does not say that the run counted %d at high risk and %d scored", r.Shown.Key, counts.High, counts.Scored)
		}
		listed := map[string]string{}
		for _, row := range approval.ListedIn(object.Body) {
			listed[row.Subject] = row.Alert
		}
		for _, decided := range r.Verdicts {
			name := plain.Line(decided.Subject)
			switch alert, shown := listed[name]; {
			case !shown:
				said.wrong("%s: does not name the subject %s", r.Shown.Key, name)
			case alert != decided.Alert:
				said.wrong("%s: the alert of %s is %q, and the record has %q", r.Shown.Key, name, alert, decided.Alert)
			}
			delete(listed, name)
		}
		for _, name := range slices.Sorted(maps.Keys(listed)) {
			said.wrong("%s: names the subject %s, of whom the record has no verdict", r.Shown.Key, name)
		}
	}
	return said.check("what the signer was shown", fmt.Sprintf("%s, with the SHA-256 that was signed", r.Shown.Key))
}

// checkRenderingKept checks that the rendering was written once, beside the record, and is locked.
func (v *Verifier) checkRenderingKept(ctx context.Context, r *recorded) Check {
	const name = "versions and lock of what was shown"
	var said findings
	if want := strings.TrimSuffix(r.key, ".json") + ".txt"; r.Shown.Key != want {
		said.wrong("%s: what was shown for the record is %s", r.Shown.Key, want)
	}
	versions, err := v.Store.Versions(ctx, r.Shown.Key)
	if err != nil {
		said.unknown("%s: %v", r.Shown.Key, err)
		return said.check(name, "")
	}
	var kept []Version
	for _, version := range versions {
		if version.Key == r.Shown.Key {
			describe(&said, version, r.Shown.Version)
			if !version.Deleted {
				kept = append(kept, version)
			}
		}
	}
	locks := v.checkLocks(ctx, name, kept)
	if locks.Result != Holds {
		return merge(&said, locks)
	}
	return said.check(name, "one version; "+strings.Join(locks.Findings, "; "))
}

// merge adds what another check found.
func merge(said *findings, other Check) Check {
	for _, found := range other.Findings {
		said.add(other.Result, "%s", found)
	}
	return said.check(other.Name, "")
}

// checkVerdicts checks that the decision follows from the verdicts: approved if anybody is, each subject once, each code one of its
// verdict's, and no approval where some subjects are not listed.
func checkVerdicts(r *recorded) Check {
	var said findings
	approved, seen := 0, map[string]bool{}
	for _, decided := range r.Verdicts {
		if decided.Verdict == approval.Approve {
			approved++
		}
		if seen[decided.Subject] {
			said.wrong("%s has two verdicts", decided.Subject)
		}
		seen[decided.Subject] = true
		if _, known := approval.Codes[decided.Verdict][decided.Code]; !known {
			said.wrong("%s: %q is no code for %s", decided.Subject, decided.Code, decided.Verdict)
		}
		if decided.Override != (decided.Verdict == approval.Reject) {
			said.wrong("%s: the record is wrong about whether the model was overridden", decided.Subject)
		}
	}
	if (approved > 0) != (r.Decision == approval.Approve) {
		said.wrong("%d subjects are approved, and the decision is %s", approved, r.Decision)
	}
	if r.Unlisted > 0 && approved > 0 {
		said.wrong("%d subjects were not listed, and %d are approved", r.Unlisted, approved)
	}
	return said.check("verdicts", fmt.Sprintf("%d approved, %d rejected", approved, len(r.Verdicts)+r.Unlisted-approved))
}
