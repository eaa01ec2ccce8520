package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// faults collects what is wrong with props, all of it.
type faults []error

func (f *faults) report(format string, values ...any) { *f = append(*f, fmt.Errorf(format, values...)) }

// reportDays reports a duration that is neither the default nor whole days within S3's bounds.
func (f *faults) reportDays(field string, d time.Duration) {
	if d != 0 && (d < day || d > maximumRetention || d%day != 0) {
		f.report("%s must be whole days from %v to %v, got %v", field, day, maximumRetention, d)
	}
}

// reportLock reports the faults of a lock whose zero values mean 'default'.
func (f *faults) reportLock(mode LockMode, retention time.Duration) {
	if mode != "" && mode != Governance && mode != Compliance {
		f.report("Lock must be GOVERNANCE or COMPLIANCE, got %q", mode)
	}
	f.reportDays("Retention", retention)
}

func isToken(s string) bool { return strings.Contains(s, "${Token[") && *awscdk.Token_IsUnresolved(s) }
