package approver

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
)

// Open returns the person for a choice: "all" approves every request, "none" decides nothing, and any other choice is the name of a
// file of decisions, which [Read] describes.
func Open(choice string) (Person, error) {
	switch choice {
	case "all":
		return all{}, nil
	case "none":
		return none{}, nil
	}
	text, err := os.ReadFile(choice)
	if err != nil {
		return nil, fmt.Errorf(`approvals must be "all", "none" or a file: %w`, err)
	}
	decisions, err := Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", choice, err)
	}
	return decisions, nil
}

// all approves every request.
type all struct{}

func (all) Decide(context.Context, *approval.View) (*approval.Decision, error) {
	return simulated("approve", "every request is approved: --approve all"), nil
}

// none decides nothing.
type none struct{}

func (none) Decide(context.Context, *approval.View) (*approval.Decision, error) { return nil, nil }

func simulated(verdict, reason string) *approval.Decision {
	return &approval.Decision{Decision: verdict, Code: "other", Meaning: "simulated approval of a local run", Reason: reason}
}

// Decisions is a person with prepared decisions. They decide nothing else.
type Decisions struct{ by map[about]*approval.Decision }

// about is the topic of a decision: an execution by its name, a subject, or a trial.
type about struct{ kind, name string }

// line is a line of a file of decisions.
type line struct {
	Execution string        `json:"execution"`
	Subject   string        `json:"subject"`
	TrialID   string        `json:"trialId"`
	Decision  string        `json:"decision"`
	Code      approval.Code `json:"code"`
	Meaning   string        `json:"meaning"`
	Reason    string        `json:"reason"`
}

// Read reads decisions, one JSON object on each line:
//
//	{"trialId": "SYN-AD-402", "decision": "approve", "reason": "called on Monday", "meaning": "responsibility"}
//	{"subject": "S-0042", "decision": "reject", "code": "known-to-site"}
//
// A line names its execution ("execution", by name), its subject ("subject") or its trial ("trialId"). If several lines fit a request about
// one subject, the first kind in this order wins. In a request about a cohort, lines of subjects are exceptions from the line of the
// execution or trial; without such a line, each subject of the request needs its own. Code ("other") and texts are optional. Read reports
// all faults at once, by line.
func Read(text []byte) (*Decisions, error) {
	d := &Decisions{by: map[about]*approval.Decision{}}
	var faults []error
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	for number := 1; scanner.Scan(); number++ {
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		if err := d.read(scanner.Bytes(), number); err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", number, err))
		}
	}
	if len(d.by) == 0 && faults == nil {
		faults = append(faults, errors.New("the file has no decision: choose none to decide nothing"))
	}
	return d, errors.Join(append(faults, scanner.Err())...)
}

func (d *Decisions) read(text []byte, number int) error {
	var l line
	if err := strictjson.UnmarshalKnown(text, &l); err != nil {
		return fmt.Errorf("must be a JSON object with execution, subject or trialId, with decision, and optionally with meaning and reason: %w", err)
	}
	var keys []about
	for _, key := range []about{{"execution", l.Execution}, {"subject", l.Subject}, {"trialId", l.TrialID}} {
		if key.name != "" {
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) != 1:
		return errors.New("must have one of execution, subject and trialId")
	case l.Decision != "approve" && l.Decision != "reject":
		return fmt.Errorf(`decision must be "approve" or "reject", got %q`, l.Decision)
	case d.by[keys[0]] != nil:
		return fmt.Errorf("%s %q has an earlier decision: keep one of the two", keys[0].kind, keys[0].name)
	}
	verdict := map[string]approval.Verdict{"approve": approval.Approve, "reject": approval.Reject}[l.Decision]
	if _, known := approval.Codes[verdict][l.Code]; l.Code != "" && !known {
		return fmt.Errorf("code must be one for %s, got %q", verdict, l.Code)
	}
	decision := simulated(l.Decision, fmt.Sprintf("line %d of the decisions", number))
	decision.Code = cmp.Or(l.Code, decision.Code)
	decision.Meaning = cmp.Or(l.Meaning, decision.Meaning)
	decision.Reason = cmp.Or(l.Reason, decision.Reason)
	d.by[keys[0]] = decision
	return nil
}

// Decide implements Person.
func (d *Decisions) Decide(_ context.Context, request *approval.View) (*approval.Decision, error) {
	execution := request.Execution[strings.LastIndex(request.Execution, ":")+1:]
	for _, key := range []about{{"execution", execution}, {"subject", request.Subjects.ID}, {"trialId", request.TrialID}} {
		if decision := d.by[key]; decision != nil {
			return d.except(*decision, request)
		}
	}
	if request.Cases == nil || len(request.Cases.Subjects) == 0 {
		return nil, nil
	}
	for _, subject := range request.Cases.Subjects {
		if d.by[about{"subject", subject.Subject}] == nil {
			return nil, nil
		}
	}
	return d.except(*d.by[about{"subject", request.Cases.Subjects[0].Subject}], request)
}

// except adds the subjects of a cohort's request whose own lines say the opposite. A line about a subject whom the request does not ask
// about may be misspelt: then nobody is decided about.
func (d *Decisions) except(decision approval.Decision, request *approval.View) (*approval.Decision, error) {
	if request.Subjects.Counts == nil || request.Cases == nil {
		return &decision, nil
	}
	asked := map[string]bool{}
	for _, subject := range request.Cases.Subjects {
		asked[subject.Subject] = true
	}
	var faults []error
	for _, key := range slices.SortedFunc(maps.Keys(d.by), func(a, b about) int { return strings.Compare(a.name, b.name) }) {
		if key.kind == "subject" && !asked[key.name] {
			faults = append(faults, fmt.Errorf("the decisions have a line about the subject %q, and the request does not ask about it: correct the id, or remove the line", key.name))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	for _, subject := range request.Cases.Subjects {
		if own := d.by[about{"subject", subject.Subject}]; own != nil && own.Decision != decision.Decision {
			decision.Except = append(decision.Except, approval.Exception{Code: own.Code, Subject: subject.Subject})
		}
	}
	return &decision, nil
}
