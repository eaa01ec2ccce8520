// Package outcome says, for people and programs, how executions of the pipeline ended: who is at high risk, who was
// alerted about, and why an execution failed.
//
// An outcome carries a subject's pseudonymous id, the trial and the score, and never a feature. Causes of errors that
// quote an execution's data lose the quotation (see Redactor).
package outcome

import (
	"cmp"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// Decision is what the pipeline decided about a subject.
type Decision string

// The decisions. Only an execution that succeeded with a usable score can find a low risk: whatever else happens leaves
// the subject undecided, and somebody has to look.
const (
	HighRisk  Decision = "HIGH_RISK" // the score is above the threshold: the execution entered NotifyTeam
	LowRisk   Decision = "LOW_RISK"  // the score is at or below the threshold, and the execution succeeded
	Undecided Decision = "UNDECIDED" // there is no usable score, or the execution did not get as far
)

// Outcome is how one execution ended: a line of executions.jsonl.
type Outcome struct {
	Subject   string     `json:"subject"`
	TrialID   string     `json:"trialId"`
	Execution string     `json:"execution"` // its name, and that of its history's file
	Status    asl.Status `json:"status"`
	Error     *string    `json:"error"`     // null when it succeeded
	Cause     *string    `json:"cause"`     // null when it succeeded
	Path      []string   `json:"path"`      // the states entered, in order
	RiskScore *float64   `json:"riskScore"` // from 0 to 1; null when there is no usable one
	Decision  Decision   `json:"decision"`
	Alerted   bool       `json:"alerted"` // a notification was published
	Retries   []Retry    `json:"retries"` // attempts after the first, by state

	FailedIn    string      `json:"-"` // the state whose visit ended the execution; "" when it succeeded
	Transitions [][2]string `json:"-"` // pairs of states, the one left and the one entered next
}

// Retry counts the attempts of a state's task after the first.
type Retry struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// Of returns the outcome of an execution of that input, which published that many notifications. Redact is what Redactor.For
// returned for them.
func Of(input intake.Input, execution *asl.Execution, notifications int, redact func(cause string) string) *Outcome {
	trace := follow(execution.History)
	o := &Outcome{
		Subject: input.Subject, TrialID: input.TrialID, Execution: execution.Name, Status: execution.Status,
		Path: execution.Path(), RiskScore: riskScore(execution), Decision: Undecided,
		Alerted: notifications > 0, Retries: trace.retries, Transitions: trace.transitions,
	}
	if execution.Status != asl.Succeeded {
		cause := redact(execution.Cause)
		o.Error, o.Cause, o.FailedIn = &execution.Error, &cause, trace.last
	}
	switch {
	case slices.Contains(o.Path, workflow.NotifyTeam):
		o.Decision = HighRisk
	case o.Status == asl.Succeeded && o.RiskScore != nil:
		o.Decision = LowRisk
	}
	return o
}

// LastState is the state in which the execution ended.
func (o *Outcome) LastState() string {
	if len(o.Path) == 0 {
		return ""
	}
	return o.Path[len(o.Path)-1]
}

// ErrorName is the error's name, "" when the execution succeeded.
func (o *Outcome) ErrorName() string {
	if o.Error == nil {
		return ""
	}
	return cmp.Or(*o.Error, string(o.Status))
}

// riskScore returns the score with which the execution entered CheckRisk, if it is usable.
func riskScore(execution *asl.Execution) *float64 {
	for i := range execution.History {
		entered, ok := execution.History[i].Details.(*asl.StateEntered)
		if !ok || entered.Name != workflow.CheckRisk {
			continue
		}
		data, _ := entered.Input.(map[string]any)
		inference, _ := data[workflow.Inference].(map[string]any)
		if score, ok := inference[workflow.RiskScore].(float64); ok && score >= 0 && score <= 1 {
			return &score
		}
	}
	return nil
}
