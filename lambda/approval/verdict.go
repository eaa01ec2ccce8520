package approval

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"clinical-risk-pipeline/workflow"
)

// Code says in a word why a subject is approved or rejected.
type Code string

// Codes are the codes of each verdict, with words for people. A rejection overrides the model.
var Codes = map[Verdict]map[Code]string{
	Approve: {
		"confirmed":  "The risk is plausible, and somebody should act",
		"precaution": "The risk is not certain, and acting does no harm",
		"other":      "Another cause, which the reason names",
	},
	Reject: {
		"known-to-site":   "The site already acts on it",
		"not-plausible":   "What is known of the subject speaks against the risk",
		"data-error":      "The data are wrong or late",
		"left-trial":      "The subject is no longer in the trial",
		"wrong-threshold": "Too many subjects, or the wrong ones, are above the threshold",
		"other":           "Another cause, which the reason names",
	},
}

// Exception is a subject to whom the opposite of the decision applies.
type Exception struct {
	// The fields are in the order of their names: see [Statement].

	Code    Code   `json:"code"`
	Subject string `json:"subject"`
}

// Decided is what a person decided about a subject.
type Decided struct {
	Subject  string  `json:"subject"`
	Alert    string  `json:"alert,omitempty"` // the id of the alert, where the trial has a registry
	Verdict  Verdict `json:"verdict"`
	Code     Code    `json:"code"`
	Override bool    `json:"override"` // the person overrode the model, which found a high risk
}

func (v Verdict) opposite() Verdict {
	if v == Approve {
		return Reject
	}
	return Approve
}

// checkCodes reports codes that are not of their verdicts, and exceptions that are not subjects or occur twice.
func (d *Decision) checkCodes(verdict Verdict) []error {
	var faults []error
	check := func(field string, verdict Verdict, code Code) {
		if _, known := Codes[verdict][code]; !known {
			faults = append(faults, fmt.Errorf("%s must be a code for %s: %s", field, verdict, strings.Join(codesOf(verdict), ", ")))
		}
	}
	check("code", verdict, d.Code)
	seen := map[string]bool{}
	for i, e := range d.Except {
		field := fmt.Sprintf("except[%d]", i)
		check(field+".code", verdict.opposite(), e.Code)
		if !workflow.IsID(e.Subject) || seen[e.Subject] {
			faults = append(faults, fmt.Errorf("%s.subject must be the id of a subject, once", field))
		}
		seen[e.Subject] = true
	}
	if len(d.Except) > MostCases {
		faults = []error{fmt.Errorf("except must have at most %d subjects", MostCases)}
	}
	return faults
}

// CodesFor returns the codes for "approve" or "reject", in the order of their names.
func CodesFor(decision string) []string { return codesOf(verdicts[decision]) }

// verdicts are the verdicts of what a person says.
var verdicts = map[string]Verdict{"approve": Approve, "reject": Reject}

// codesOf returns the codes of a verdict, in the order of their names.
func codesOf(verdict Verdict) []string {
	var codes []string
	for code := range Codes[verdict] {
		codes = append(codes, string(code))
	}
	slices.Sort(codes)
	return codes
}

// about returns what the decision says of each subject. It refuses exceptions that the request does not ask about.
func (d *Decision) about(verdict Verdict, c *Cases) ([]Decided, error) {
	if c.Unlisted > 0 && (verdict == Approve || len(d.Except) > 0) {
		return nil, fault(http.StatusConflict, "TooManySubjects",
			"the request asks about more than %d subjects, and nobody can judge so many: reject it as a whole, and look at the threshold", MostCases)
	}
	except := map[string]Code{}
	for _, e := range d.Except {
		except[e.Subject] = e.Code
	}
	decided := []Decided{}
	for _, subject := range c.Subjects {
		said := Decided{Subject: subject.Subject, Alert: subject.Alert, Verdict: verdict, Code: d.Code}
		if code, excepted := except[subject.Subject]; excepted {
			said.Verdict, said.Code = verdict.opposite(), code
			delete(except, subject.Subject)
		}
		said.Override = said.Verdict == Reject
		decided = append(decided, said)
	}
	var faults []error
	for _, e := range d.Except {
		if _, left := except[e.Subject]; left {
			faults = append(faults, fmt.Errorf("the request does not ask about the subject %q", e.Subject))
		}
	}
	if len(faults) > 0 {
		return nil, fault(http.StatusBadRequest, "InvalidDecision", "%s", errors.Join(faults...))
	}
	return decided, nil
}

// overall returns the decision about the run: approved if anybody is.
func overall(decided []Decided) Verdict {
	if slices.ContainsFunc(decided, func(d Decided) bool { return d.Verdict == Approve }) {
		return Approve
	}
	return Reject
}

// says reports whether the record says of each subject what the decision says.
func (r *Record) says(d *Decision, verdict Verdict) bool {
	except := map[string]Code{}
	for _, e := range d.Except {
		except[e.Subject] = e.Code
	}
	for _, said := range r.Verdicts {
		wantVerdict, wantCode := verdict, d.Code
		if code, excepted := except[said.Subject]; excepted {
			wantVerdict, wantCode = verdict.opposite(), code
			delete(except, said.Subject)
		}
		if said.Verdict != wantVerdict || said.Code != wantCode {
			return false
		}
	}
	return len(except) == 0
}
