package keys

import (
	"fmt"
	"slices"

	"clinical-risk-pipeline/constructs/policy"
)

// Keep returns the statements that keep a key, and with it everything that it encrypts: a locked object without its key is
// lost. They refuse, whatever IAM allows:
//
//   - to disable the key or to delete its imported key material, except by the principals of breakGlass;
//   - to schedule its deletion, except by the principals of breakGlass and of deployments. A deployment schedules it where it
//     rolls back the operation that created the key. A kept key is in the template with DeletionPolicy, so any other deletion
//     is a change of the template;
//   - to schedule its deletion in less than 30 days, to everybody.
//
// The conditions name ARNs, because a policy whose principal does not exist is invalid. The account can still change the
// policy (kms:PutKeyPolicy): KMS refuses a key that nobody can manage. An alarm has to watch that:
// https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
//
// Requirements: P11-10c
func Keep(breakGlass, deployments []string) []policy.Statement {
	return []policy.Statement{
		policy.Deny("KeepKey", "*", "kms:DisableKey", "kms:DeleteImportedKeyMaterial").Unless(breakGlass...),
		policy.Deny("KeepFromDeletion", "*", "kms:ScheduleKeyDeletion").Unless(slices.Concat(breakGlass, deployments)...),
		policy.Deny("KeepRestorable", "*", "kms:ScheduleKeyDeletion").
			If("NumericLessThan", "kms:ScheduleKeyDeletionPendingWindowInDays", fmt.Sprint(pendingDays)),
	}
}
