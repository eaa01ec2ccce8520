// Package outcome tells people and programs how executions of the pipeline ended: which subjects are at high risk, whether the team
// was alerted, and why an execution failed.
//
// The execution of one subject has an [Outcome]. The execution of a cohort has a [Cohort], and a [Subject] for each subject.
//
// An outcome has the pseudonymous id of the subject, the trial and the score, and never a feature. A [Redactor] removes data from
// the causes of errors.
package outcome

import (
	"cmp"
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// Decision is the decision of the pipeline about a subject.
type Decision string

// The decisions. Only an execution that succeeds with a usable score can find a low risk. In every other case the subject is
// undecided, and a person has to look.
const (
	HighRisk  Decision = "HIGH_RISK" // the score is above the threshold: the execution entered NotifyTeam
	LowRisk   Decision = "LOW_RISK"  // the score is at or below the threshold, and the execution succeeded
	Undecided Decision = "UNDECIDED" // without a usable score, or the execution ended earlier
)

// Ending is the end of an execution.
type Ending struct {
	TrialID   string     `json:"trialId"`
	Execution string     `json:"execution"` // its name, which is also the name of its history file
	Status    asl.Status `json:"status"`
	Error     *string    `json:"error"`   // null if it succeeded
	Cause     *string    `json:"cause"`   // null if it succeeded
	Path      []string   `json:"path"`    // the states that it entered, in order
	Alerted   bool       `json:"alerted"` // it published an alert
	Retries   []Retry    `json:"retries"` // the retries, by state

	FailedIn    string      `json:"-"` // the state that failed; "" if the execution succeeded
	Transitions [][2]string `json:"-"` // pairs of the state that it left and the state that it entered next
}

// Outcome is the outcome of the execution of one subject: a line of executions.jsonl.
type Outcome struct {
	Subject string `json:"subject"`
	Ending
	RiskScore *float64 `json:"riskScore"` // from 0 to 1; null without a usable score
	Decision  Decision `json:"decision"`
}

// Retry counts the retries of a state's task.
type Retry struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// Of returns the outcome of an execution of the input, with the number of alerts that it published. Redact is the function of
// Redactor.For for both.
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

// LastState is the last state that the execution entered.
func (e *Ending) LastState() string {
	if len(e.Path) == 0 {
		return ""
	}
	return e.Path[len(e.Path)-1]
}

// ErrorName is the name of the error, or else the status, and "" if the execution succeeded.
func (e *Ending) ErrorName() string {
	if e.Error == nil {
		return ""
	}
	return cmp.Or(*e.Error, string(e.Status))
}

// riskScore returns the score with which the execution entered CheckRisk, nil if it is not usable.
func riskScore(execution *asl.Execution) *float64 {
	for i := range execution.History {
		entered, ok := execution.History[i].Details.(*asl.StateEntered)
		if !ok || entered.Name != workflow.CheckRisk {
			continue
		}
		data, _ := entered.Input.(*value.Object)
		if score, ok := data.Object(workflow.Inference).Value(workflow.RiskScore).(float64); ok && score >= 0 && score <= 1 {
			return &score
		}
	}
	return nil
}
