package stages

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
)

const day = 24 * time.Hour

// The shortest time that decision records are locked. Production: the 25 years for which the trial master file of a clinical
// trial in the European Union is kept (Regulation (EU) No 536/2014, Article 58), with their leap days. The regulation counts
// from the end of the trial, a lock from the writing of a record: the lock can then be extended, never shortened. A team
// whose trials fall under other rules changes the value here, where a reviewer sees it. Elsewhere: long enough to investigate
// a failure.
const (
	productionRecords = (25*365 + 7) * day
	otherRecords      = 30 * day
)

// production environments are deployed last, after a person approved, and keep their logs, keys and records.
func (e Environment) production() bool { return strings.HasPrefix(e.Name, "prod") }

// validateRules reports the faults that depend on whether the environment is production.
func (e Environment) validateRules() fault.List {
	if !e.production() {
		return e.validateRetention(otherRecords, "records are needed to investigate a failure")
	}
	var faults fault.List
	if e.LogRetention == "" {
		faults.Add("LogRetention", "is required in production, got none: set how long the logs are kept for an auditor")
	}
	if e.RemovalPolicy != "" && e.RemovalPolicy != awscdk.RemovalPolicy_RETAIN {
		faults.Add("RemovalPolicy", fmt.Sprintf("must be RETAIN in production, got %s: logs and keys outlive the stack", e.RemovalPolicy))
	}
	if !e.Shift.IsCanary() {
		faults.Add("Shift", "must be a canary in production, got all at once: a faulty version must affect only a share of the executions")
	}
	if strings.TrimSpace(e.WithoutSubjectRecords) == "" {
		faults.Add("WithoutSubjectRecords", "is required in production, got none: the stack that scores one subject has neither decision records nor a trail; write down why nobody needs them")
	}
	if e.Cohort != nil {
		if e.RecordLock != audit.Compliance {
			faults.Add("RecordLock", fmt.Sprintf("must be COMPLIANCE in production, got %q: GOVERNANCE lets custodians delete a record early", e.RecordLock))
		}
		if e.RecordRetention == 0 {
			faults.Add("RecordRetention", fmt.Sprintf("is required in production, got none: at least %s", inDays(productionRecords)))
		}
	}
	faults.Include(e.validateRetention(productionRecords, "the records of a trial are kept that long (Regulation (EU) No 536/2014, Article 58)"))
	return faults
}

// validateRetention reports a retention of records that is shorter than the environment's minimum.
func (e Environment) validateRetention(floor time.Duration, reason string) fault.List {
	if e.Cohort == nil || e.RecordRetention <= 0 || e.RecordRetention >= floor {
		return nil
	}
	var faults fault.List
	faults.Add("RecordRetention", fmt.Sprintf("must be at least %s in %q, got %s: %s", inDays(floor), e.Name, inDays(e.RecordRetention), reason))
	return faults
}

func inDays(d time.Duration) string { return fmt.Sprintf("%g days", d.Hours()/24) }
