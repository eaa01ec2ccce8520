package approval

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"clinical-risk-pipeline/internal/plain"
)

// Roster has the printed names of people by their session or user name, such as "jane.doe@example.com": "Jane Doe". A signer cannot
// choose a name.
//
// Requirements: P11-50a
type Roster map[string]string

// printedName returns the name of a signer: from the roster, else the session or user name.
func (r Roster) printedName(caller Caller) (string, error) {
	p, _ := parsePrincipal(caller.ARN)
	name, listed := r[p.name]
	if !listed {
		name = p.name
	}
	return name, CheckPrintedName(name)
}

// validate reports the names that cannot be printed, all at once.
func (r Roster) validate() error {
	var faults []error
	for _, session := range slices.Sorted(maps.Keys(r)) {
		if err := CheckPrintedName(r[session]); err != nil {
			faults = append(faults, fmt.Errorf("%q: %w", session, err))
		}
	}
	return errors.Join(faults...)
}

// CheckPrintedName refuses a name that a reader of the record would not see as it is.
func CheckPrintedName(name string) error {
	if !readable(name, longestName) || plain.Line(name) != name {
		return fmt.Errorf("the printed name must have 1 to %d printable characters in one line", longestName)
	}
	return nil
}
