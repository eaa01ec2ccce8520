// Package outcome says, for people and programs, how executions of the pipeline ended: who is at high risk, who was
// alerted about, and why an execution failed.
//
// An execution of one subject has an [Outcome]; that of a cohort has a [Cohort], and a [Subject] for each of its subjects.
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

// Ending is how one execution ended.
type Ending struct {
	TrialID   string     `json:"trialId"`
	Execution string     `json:"execution"` // its name, and that of its history's file
	Status    asl.Status `json:"status"`
	Error     *string    `json:"error"`   // null when it succeeded
	Cause     *string    `json:"cause"`   // null when it succeeded
	Path      []string   `json:"path"`    // the states entered, in order
	Alerted   bool       `json:"alerted"` // an alert was published
	Retries   []Retry    `json:"retries"` // attempts after the first, by state

	FailedIn    string      `json:"-"` // the state whose visit ended the execution; "" when it succeeded
	Transitions [][2]string `json:"-"` // pairs of states, the one left and the one entered next
}

// Outcome is how the execution of one subject ended: a line of executions.jsonl.
type Outcome struct {
	Subject string `json:"subject"`
	Ending
	RiskScore *float64 `json:"riskScore"` // from 0 to 1; null when there is no usable one
	Decision  Decision `json:"decision"`
}

// Retry counts the attempts of a state's task after the first.
type Retry struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// Of returns the outcome of an execution of that input, which published that many alerts. Redact is what Redactor.For
// returned for them.
func Of(input intake.Input, execution *asl.Execution, alerts int, redact func(cause string) string) *Outcome {
	o := &Outcome{
		Subject: input.Subject, Ending: ending(input.TrialID, execution, alerts, redact), RiskScore: riskScore(execution), Decision: Undecided,
	}
	switch {
	case slices.Contains(o.Path, workflow.NotifyTeam):
		o.Decision = HighRisk
	case o.Status == asl.Succeeded && o.RiskScore != nil:
		o.Decision = LowRisk
	}
	return o
}

func ending(trial string, execution *asl.Execution, alerts int, redact func(cause string) string) Ending {
	trace := follow(execution.History)
	e := Ending{
		TrialID: trial, Execution: execution.Name, Status: execution.Status, Path: execution.Path(),
		Alerted: alerts > 0, Retries: trace.retries, Transitions: trace.transitions,
	}
	if execution.Status != asl.Succeeded {
		cause := redact(execution.Cause)
		e.Error, e.Cause, e.FailedIn = &execution.Error, &cause, trace.last
	}
	return e
}

// LastState is the state in which the execution ended.
func (e *Ending) LastState() string {
	if len(e.Path) == 0 {
		return ""
	}
	return e.Path[len(e.Path)-1]
}

// ErrorName is the error's name, "" when the execution succeeded.
func (e *Ending) ErrorName() string {
	if e.Error == nil {
		return ""
	}
	return cmp.Or(*e.Error, string(e.Status))
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
