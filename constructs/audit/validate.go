package audit

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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

// validateKey reports a key of another account or region, where both are known: S3 and CloudTrail take no key of another
// region, and the policy of another account's key is not in our hands.
func validateKey(key awskms.IKey, stack awscdk.Stack) error {
	if key == nil {
		return nil
	}
	env := key.Env()
	return errors.Join(
		sameAs("Key must be in the stack's account", env.Account, stack.Account()),
		sameAs("Key must be in the stack's region", env.Region, stack.Region()),
	)
}

func sameAs(rule string, got, want *string) error {
	if *awscdk.Token_IsUnresolved(got) || *awscdk.Token_IsUnresolved(want) || *got == *want {
		return nil
	}
	return fmt.Errorf("%s, %s, got %s", rule, *want, *got)
}

func isToken(s string) bool { return strings.Contains(s, "${Token[") && *awscdk.Token_IsUnresolved(s) }
