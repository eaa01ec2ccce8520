package audit

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/fault"
)

// validateDays reports a duration that is not whole days within S3's bounds. Zero is the default and valid.
func validateDays(field string, d time.Duration) fault.List {
	var faults fault.List
	if d != 0 && (d < day || d > maximumRetention || d%day != 0) {
		faults.Add(field, fmt.Sprintf("must be whole days from %v to %v", day, maximumRetention), d)
	}
	return faults
}

// validateLock reports the faults of a lock. Its zero values are the defaults.
func validateLock(mode LockMode, retention time.Duration) fault.List {
	var faults fault.List
	if mode != "" && mode != Governance && mode != Compliance {
		faults.Add("Lock", "must be GOVERNANCE or COMPLIANCE", string(mode))
	}
	faults.Include(validateDays("Retention", retention))
	return faults
}
