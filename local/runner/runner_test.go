package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
)

// Only the history may hold features.
func TestResultsHoldNoFeatures(t *testing.T) {
	for _, m := range []model.Model{
		fixedEndpoint(t, 200, `{"risk_score": 0.9, "echo": "secret"}`),
		fixedEndpoint(t, 200, `secret`),
		fixedEndpoint(t, 200, `{"risk_score": "secret"}`),
		fixedEndpoint(t, 500, `secret`),
		model.Reference{},
	} {
		r := results(t, pipeline(t, m), subject("S-1"))[0]
		shown, err := json.Marshal([]any{r.Outcome, r.Alerts})
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range map[string]string{"outcome and alerts": string(shown), "log": string(r.Log)} {
			if strings.Contains(text, "secret") || strings.Contains(text, "83") {
				t.Errorf("%s hold a feature: %s", what, text)
			}
		}
		if !strings.Contains(string(r.History), "secret") {
			t.Error("the history does not hold the input")
		}
	}
}

func TestResultsComeInOrder(t *testing.T) {
	var lines, want []string
	for i := range 100 {
		id := fmt.Sprintf("S-%03d", i)
		lines, want = append(lines, subject(id)), append(want, id)
	}
	var got []string
	for _, r := range results(t, pipeline(t, fixedEndpoint(t, 200, `{"risk_score": 0.1}`)), lines...) {
		got = append(got, r.Outcome.Subject)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestRunsAreEqual(t *testing.T) {
	down := brokenEndpoint(t)
	first := results(t, pipeline(t, down), subject("S-1"), subject("S-2"))
	second := results(t, pipeline(t, down), subject("S-1"), subject("S-2"))
	if diff := difference(first, second); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

// Jitter spreads the retries of many executions.
func TestJitterDiffersBetweenSubjects(t *testing.T) {
	two := results(t, pipeline(t, brokenEndpoint(t)), subject("S-1"), subject("S-2"))
	if cmp.Equal(delays(t, two[0]), delays(t, two[1])) {
		t.Errorf("two subjects retry after the same delays: %v", delays(t, two[0]))
	}
}

// delays returns the times from each failed task to the next event.
func delays(t *testing.T, r *Result) (all []time.Duration) {
	t.Helper()
	list := events(t, r)
	for i, e := range list[:len(list)-1] {
		if e.Type == "TaskFailed" {
			all = append(all, list[i+1].Timestamp.Sub(e.Timestamp))
		}
	}
	return all
}

func TestErrorOfTheOutputStopsTheRun(t *testing.T) {
	full := errors.New("disk full")
	done := 0
	file := openInputs(t, subject("A"), subject("B"), subject("C"))
	err := pipeline(t, model.Reference{}).Run(t.Context(), file, func(*Result) error {
		if done++; done == 2 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || done != 2 {
		t.Errorf("Run = %v after %d results, want %v after 2", err, done, full)
	}
}

func TestInterruptedRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var lines []string
	for i := range 500 {
		lines = append(lines, subject(fmt.Sprint(i)))
	}
	done := 0
	err := pipeline(t, model.Reference{}).Run(ctx, openInputs(t, lines...), func(*Result) error {
		if done++; done == 3 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || done == len(lines) {
		t.Errorf("Run = %v after %d results, want context.Canceled before the end", err, done)
	}
}

// A fault of the pipeline concerns every subject: the run stops at the first, and names state and subject.
func TestCallThatTheServiceRefuses(t *testing.T) {
	m := stateMachine(t)
	m.Definition = []byte(strings.Replace(string(m.Definition), `"--trial"`, "7", 1))
	p, err := New(m, Setting{Model: model.Reference{}, Objects: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Run(t.Context(), openInputs(t, subject("S-1"), subject("S-2")), func(*Result) error { return nil })
	for _, want := range []string{"subject S-1", "StartEMRJob", "parameter Step.HadoopJarStep.Args must be a list of strings"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to contain %q", err, want)
		}
	}
}

func TestPipelinesThatCannotRunHere(t *testing.T) {
	for _, c := range []struct{ reason, old, new, want string }{
		{"a service without a stand-in", "sns:publish", "sqs:sendMessage", `state "NotifyTeam": no local stand-in for sqs:sendMessage`},
		{"an alert to a topic that only the execution knows", `"TopicArn":"arn`, `"TopicArn":"{% $states.input.topic %}","Other":"arn`, "state NotifyTeam must name its topic"},
		{"a fault in the definition", `"Next":"CheckRisk"`, `"Next":"CheckRisks"`, "CheckRisks"},
	} {
		m := stateMachine(t)
		m.Definition = []byte(strings.Replace(string(m.Definition), c.old, c.new, 1))
		if _, err := New(m, Setting{Model: model.Reference{}, Objects: t.TempDir()}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: New error %v, want it to contain %q", c.reason, err, c.want)
		}
	}
}

func TestExecutionNames(t *testing.T) {
	for _, c := range []struct {
		reason string
		input  intake.Input
		want   string
	}{
		{"line and subject", intake.Input{Line: 7, Subject: "SYN-301_0007"}, "000007-SYN-301_0007"},
		{"no character that AWS or a file system refuses", intake.Input{Line: 7, Subject: "../a b:ü"}, "000007-___a_b__"},
		{"80 characters at most", intake.Input{Line: 7, Subject: strings.Repeat("x", 100)}, "000007-" + strings.Repeat("x", 73)},
	} {
		if got := executionName(c.input); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}
