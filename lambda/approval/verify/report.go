package verify

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/lambda/approval"
)

// Result is the result of a check.
type Result string

// The results.
const (
	Holds        Result = "holds"
	Fails        Result = "does not hold"
	Unverifiable Result = "not verifiable"
)

// Check is something that has to be true of an approval.
type Check struct {
	Name     string   `json:"check"`
	Result   Result   `json:"result"`
	Findings []string `json:"findings"` // what was found, or what does not hold, or why it is not verifiable
}

// Report is what holds of an approval.
type Report struct {
	ID         string          `json:"approvalId"`
	VerifiedAt time.Time       `json:"verifiedAt"`
	Result     Result          `json:"result"`  // the worst result of all checks
	Checks     []Check         `json:"checks"`  // of the approval
	Records    []*RecordReport `json:"records"` // one for each decision
}

// RecordReport is what holds of the record of one decision.
type RecordReport struct {
	Place    string              `json:"record"`
	Version  string              `json:"recordVersion"`
	Round    int                 `json:"round,omitempty"`
	Decision approval.Verdict    `json:"decision,omitempty"`
	Signer   *approval.Signature `json:"signer,omitempty"`
	SignedAt *time.Time          `json:"signedAt,omitempty"`
	Checks   []Check             `json:"checks"`
}

// conclude sets the result of the report.
func (r *Report) conclude() {
	r.Result = worst(r.Checks)
	for _, record := range r.Records {
		if result := worst(record.Checks); severity[result] > severity[r.Result] {
			r.Result = result
		}
	}
}

var severity = map[Result]int{Holds: 0, Unverifiable: 1, Fails: 2}

func worst(checks []Check) Result {
	result := Holds
	for _, c := range checks {
		if severity[c.Result] > severity[result] {
			result = c.Result
		}
	}
	return result
}

// findings collects what a check finds. Its zero value is ready.
type findings struct {
	result Result
	list   []string
}

// wrong adds something that does not hold.
func (f *findings) wrong(format string, values ...any) { f.add(Fails, format, values...) }

// unknown adds something that is not verifiable.
func (f *findings) unknown(format string, values ...any) { f.add(Unverifiable, format, values...) }

func (f *findings) add(result Result, format string, values ...any) {
	if severity[result] > severity[f.result] {
		f.result = result
	}
	f.list = append(f.list, fmt.Sprintf(format, values...))
}

// check returns the check with its findings. Without any it holds, and says so.
func (f *findings) check(name, holds string) Check {
	if len(f.list) == 0 {
		return Check{name, Holds, []string{holds}}
	}
	return Check{name, f.result, f.list}
}

// join returns the findings of all parts.
func join(parts []findings) *findings {
	var all findings
	for _, part := range parts {
		if severity[part.result] > severity[all.result] {
			all.result = part.result
		}
		all.list = append(all.list, part.list...)
	}
	return &all
}
