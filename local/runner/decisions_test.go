package runner

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/outcome"
)

// The most important property: only a number from 0 to the threshold is a low risk.
func TestDecisions(t *testing.T) {
	toEnd := []string{"StartEMRJob", "InvokeModel", "CheckRisk", "End"}
	toAlert := []string{"StartEMRJob", "InvokeModel", "CheckRisk", "NotifyTeam", "End"}
	invalid := []string{"StartEMRJob", "InvokeModel", "CheckRisk", "InvalidScore"}
	failed := []string{"StartEMRJob", "InvokeModel"}
	for _, c := range []struct {
		reason   string
		status   int
		body     string
		decision outcome.Decision
		err      string
		path     []string
	}{
		{"low", 200, `{"risk_score": 0.2}`, outcome.LowRisk, "", toEnd},
		{"zero", 200, `{"risk_score": 0}`, outcome.LowRisk, "", toEnd},
		{"the threshold does not alert", 200, `{"risk_score": 0.75}`, outcome.LowRisk, "", toEnd},
		{"just above the threshold", 200, `{"risk_score": 0.7500001}`, outcome.HighRisk, "", toAlert},
		{"one", 200, `{"risk_score": 1}`, outcome.HighRisk, "", toAlert},
		{"a string", 200, `{"risk_score": "0.9"}`, outcome.Undecided, "InvalidScore", invalid},
		{"null", 200, `{"risk_score": null}`, outcome.Undecided, "InvalidScore", invalid},
		{"below zero", 200, `{"risk_score": -1}`, outcome.Undecided, "InvalidScore", invalid},
		{"above one", 200, `{"risk_score": 1.5}`, outcome.Undecided, "InvalidScore", invalid},
		{"missing", 200, `{}`, outcome.Undecided, "InvalidScore", invalid},
		{"a list", 200, `[0.2]`, outcome.Undecided, "InvalidScore", invalid},
		{"a list of answers", 200, `[{"risk_score": 0.2}]`, outcome.Undecided, "InvalidScore", invalid},
		{"a list of scores", 200, `{"risk_score": [0.2]}`, outcome.Undecided, "InvalidScore", invalid},
		{"NaN, which is not JSON", 200, `{"risk_score": NaN}`, outcome.Undecided, "States.QueryEvaluationError", failed},
		{"an empty body", 200, ``, outcome.Undecided, "States.QueryEvaluationError", failed},
		{"an HTML page with status 200", 200, `<html>secret</html>`, outcome.Undecided, "States.QueryEvaluationError", failed},
		{"an HTML page with status 500", 500, `<html>secret</html>`, outcome.Undecided, "SageMakerRuntime.ModelErrorException", failed},
		{"a score with status 500", 500, `{"risk_score": 0.2}`, outcome.Undecided, "SageMakerRuntime.ModelErrorException", failed},
	} {
		t.Run(c.reason, func(t *testing.T) {
			r := results(t, pipeline(t, fixedEndpoint(t, c.status, c.body)), subject("S-1"))[0]
			o := r.Outcome
			if o.Decision != c.decision || o.ErrorName() != c.err || !slices.Equal(o.Path, c.path) {
				t.Errorf("decision %s, error %q, path %v; want %s, %q, %v", o.Decision, o.ErrorName(), o.Path, c.decision, c.err, c.path)
			}
			if (c.decision == outcome.Undecided) != (o.Status != asl.Succeeded) || (c.decision == outcome.Undecided) != (o.RiskScore == nil) {
				t.Errorf("status %s and score %v do not fit the decision %s", o.Status, o.RiskScore, o.Decision)
			}
			if alerts := len(r.Alerts); o.Alerted != (c.decision == outcome.HighRisk) || o.Alerted != (alerts == 1) {
				t.Errorf("alerted %t with %d notifications", o.Alerted, alerts)
			}
		})
	}
}

func TestAlert(t *testing.T) {
	r := results(t, pipeline(t, fixedEndpoint(t, 200, `{"risk_score": 0.9}`)), subject("S-1"))[0]
	n := r.Alerts[0]
	want := `{"message":"High dropout risk detected","subject":"S-1","trialId":"T-1"}`
	if n.Subject != "Trial Risk Alert" || n.Message != want || !strings.HasPrefix(n.TopicARN, "arn:aws:sns:") {
		t.Errorf("notification %+v", n)
	}
	if *r.Outcome.RiskScore != 0.9 {
		t.Errorf("score %v, want 0.9", *r.Outcome.RiskScore)
	}
}

// The topic makes a message an alert, whatever its subject line says.
func TestAlertsAreKnownByTheirTopic(t *testing.T) {
	m := stateMachine(t)
	m.Definition = []byte(strings.Replace(string(m.Definition), "Trial Risk Alert", "Another line", 1))
	p, err := New(m, Setting{Model: fixedEndpoint(t, 200, `{"risk_score": 0.9}`), Objects: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if r := results(t, p, subject("S-1"))[0]; len(r.Alerts) != 1 || len(r.Operations) != 0 || r.Alerts[0].Subject != "Another line" {
		t.Errorf("alerts %+v, operations %+v; want one alert", r.Alerts, r.Operations)
	}
	m = cohortMachine(t)
	m.Definition = []byte(strings.Replace(string(m.Definition), "Clinical risk approval expired", "Trial Risk Alert", 1))
	file := openCohort(t, members(2, 0.9))
	if p, err = New(m, Setting{Model: scoringEndpoint(t), Objects: t.TempDir(), Cohort: file}); err != nil {
		t.Fatal(err)
	}
	r, err := p.RunCohort(t.Context(), file, Trial{ID: "T-1"}, func(*BatchResult) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Alerts) != 1 || len(r.Operations) != 1 || r.Operations[0].Subject != "Trial Risk Alert" || r.Operations[0].TopicARN == r.Alerts[0].TopicARN {
		t.Errorf("alerts %+v, operations %+v; want one of each", r.Alerts, r.Operations)
	}
}

func TestBrokenOffTwiceThenAnswered(t *testing.T) {
	var calls atomic.Int32
	p := pipeline(t, endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) <= 2 {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, `{"risk_score": 0.9}`)
	}))
	r := results(t, p, subject("S-1"))[0]
	if r.Outcome.Status != asl.Succeeded || r.Outcome.Decision != outcome.HighRisk {
		t.Errorf("outcome %+v, want success", r.Outcome)
	}
	if diff := cmp.Diff([]outcome.Retry{{State: "InvokeModel", Count: 2}}, r.Outcome.Retries); diff != "" {
		t.Errorf("retries (-want +got):\n%s", diff)
	}
	failures, schedules := 0, 0
	for _, e := range events(t, r) {
		switch e.Type {
		case "TaskFailed":
			failures++
			if e.TaskFailed.Error != "SageMakerRuntime.ServiceUnavailableException" {
				t.Errorf("the history has the error %q", e.TaskFailed.Error)
			}
		case "TaskScheduled":
			schedules++
		}
	}
	// The EMR step, three invocations, the alert.
	if failures != 2 || schedules != 5 {
		t.Errorf("the history has %d failed and %d scheduled tasks, want 2 and 5", failures, schedules)
	}
}

func TestModelThatStaysDown(t *testing.T) {
	r := results(t, pipeline(t, brokenEndpoint(t)), subject("S-1"))[0]
	o := r.Outcome
	if o.Status != asl.Failed || *o.Error != "SageMakerRuntime.ServiceUnavailableException" ||
		*o.Cause != "The connection to the container broke off. (Service: SageMakerRuntime, Status Code: 503)" {
		t.Errorf("outcome %s, %s: %s; want the service's error and cause", o.Status, *o.Error, *o.Cause)
	}
	if diff := cmp.Diff([]outcome.Retry{{State: "InvokeModel", Count: 3}}, o.Retries); diff != "" {
		t.Errorf("retries (-want +got):\n%s", diff)
	}
}

// event is the part of an event in a history that these tests use.
type event struct {
	Type       string
	Timestamp  time.Time
	TaskFailed struct{ Error, Cause string } `json:"taskFailedEventDetails"`
}

func events(t *testing.T, r *Result) []event {
	t.Helper()
	var history struct{ Events []event }
	if err := json.Unmarshal(r.History, &history); err != nil {
		t.Fatal(err)
	}
	return history.Events
}
