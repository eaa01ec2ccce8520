package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// line is the transitions of an alert line: a bit for each number that is there.
type line struct {
	bits []uint64
	last int
}

// mostTransitions is the most that a line can have: its keys have six digits.
const mostTransitions = 999_999

func (l *line) add(sequence int) {
	if sequence < 1 || sequence > mostTransitions {
		return // its key is not that of a transition
	}
	for len(l.bits) <= sequence/64 {
		l.bits = append(l.bits, 0)
	}
	l.bits[sequence/64] |= 1 << (sequence % 64)
	l.last = max(l.last, sequence)
}

func (l *line) has(sequence int) bool { return l.bits[sequence/64]&(1<<(sequence%64)) != 0 }

// missing returns the numbers that are missing up to the last one, from the first one or, in an export that begins on a day, from the
// first one that is there.
func (l *line) missing(fromStart bool) []string {
	var missing []string
	begun := fromStart
	for n := 1; n <= l.last; n++ {
		if l.has(n) {
			begun = true
		} else if begun {
			missing = append(missing, fmt.Sprintf("%06d", n))
		}
	}
	return missing
}

// checkTogether checks what all parts say together.
func (v *verifier) checkTogether() {
	for _, prefix := range slices.Sorted(maps.Keys(v.lines)) {
		if missing := v.lines[prefix].missing(v.manifest.From == ""); len(missing) > 0 {
			v.wrong(prefix, "the transitions are numbered without a gap, and these are left out: %s", strings.Join(missing, ", "))
		}
	}
	if len(v.lines) > 0 {
		v.unknown("whether transitions follow the last one of each alert: their numbers show gaps, not an end")
	}
	for _, execution := range slices.Sorted(maps.Keys(v.named)) {
		switch {
		case v.runs[execution]:
		case v.manifest.From != "" || v.manifest.To != "":
			v.unknown("whether the run %s, which a transition names, has records: it may be of another day than the export", execution)
		default:
			v.wrong(v.named[execution], "it names the run %s, and no decision record and no record of exclusions is of that run", execution)
		}
	}
	whole := v.manifest.From == "" && v.manifest.To == ""
	for _, id := range slices.Sorted(maps.Keys(v.decided)) {
		if whole && !v.alerts[id] {
			v.wrong(v.decided[id], "it decides about the alert %s, and no transition is of that alert", id)
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(v.superseded)) {
		if whole && !v.outcomes[digest] {
			v.wrong(v.superseded[digest], "it supersedes the outcomes %s, and the export has no such record", digest)
		}
	}
	for kind, n := range v.manifest.Counts {
		if v.report.Counts[kind] != n {
			v.wrong("manifest.json", "counts %d records of the kind %s, and there are %d", n, kind, v.report.Counts[kind])
		}
	}
	if v.manifest.From != "" {
		v.unknown("the transitions before %s: the export begins on that day", v.manifest.From)
	}
}
