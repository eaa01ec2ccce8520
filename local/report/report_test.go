package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/runner"
)

const definition = `{"QueryLanguage": "JSONata", "StartAt": "InvokeModel", "States": {
	"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", "Next": "CheckRisk"},
	"CheckRisk": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.inference.risk_score > 0.75 %}", "Next": "NotifyTeam"}], "Default": "End"},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "End"},
	"End": {"Type": "Succeed"}}}`

func about() About {
	return About{
		StateMachine: &assembly.StateMachine{Name: "risk", Stack: "Dev-Risk", Definition: []byte(definition), Digest: "digest-of-the-template", Logging: assembly.Logging{Level: "ALL"}},
		Environment:  "dev", Input: "in.jsonl", Inputs: 3, Model: "a model",
	}
}

// scoredOutcome is the outcome of an execution with a score.
func scoredOutcome(subject string, score float64) *outcome.Outcome {
	o := &outcome.Outcome{Subject: subject, RiskScore: &score, Decision: outcome.LowRisk, Ending: outcome.Ending{TrialID: "T-1", Status: asl.Succeeded,
		Path: []string{"InvokeModel", "CheckRisk", "End"}, Transitions: [][2]string{{"InvokeModel", "CheckRisk"}, {"CheckRisk", "End"}}}}
	if score > 0.75 {
		o.Decision, o.Alerted = outcome.HighRisk, true
		o.Path = []string{"InvokeModel", "CheckRisk", "NotifyTeam", "End"}
		o.Transitions = [][2]string{{"InvokeModel", "CheckRisk"}, {"CheckRisk", "NotifyTeam"}, {"NotifyTeam", "End"}}
	}
	return o
}

// failedOutcome is the outcome of an execution that failed in InvokeModel.
func failedOutcome(subject, name, cause string) *outcome.Outcome {
	return &outcome.Outcome{Subject: subject, Decision: outcome.Undecided, Ending: outcome.Ending{TrialID: "T-1", Status: asl.Failed, Error: &name, Cause: &cause,
		Path: []string{"InvokeModel"}, FailedIn: "InvokeModel", Retries: []outcome.Retry{{State: "InvokeModel", Count: 2}}}}
}

// render returns the page for the outcomes.
func render(t *testing.T, outcomes ...*outcome.Outcome) string {
	t.Helper()
	a := about()
	a.Inputs = len(outcomes)
	r, summary := New(a), outcome.NewSummary("dev", "risk")
	for _, o := range outcomes {
		r.Add(o)
		alerts := 0
		if o.Alerted {
			alerts = 1
		}
		summary.Add(o, alerts)
	}
	var page bytes.Buffer
	if err := r.Write(summary)(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// text is the visible text of a page.
func text(page string) string {
	_, body, _ := strings.Cut(page, "<body>")
	return spaces.ReplaceAllString(tags.ReplaceAllString(body, " "), " ")
}

// Requirements: SRC-17, P11-10b
func TestPage(t *testing.T) {
	page := render(t, scoredOutcome("S-1", 0.2), scoredOutcome("S-2", 0.9), failedOutcome("S-3", "Model.Down", "No model."))
	seen := text(page)
	for _, want := range []string{
		"1 subject of 3 at high risk of dropout",
		"1 at low risk, 1 without a decision. 1 alert was published; a score above 0.75 alerts the team.",
		"1 execution failed. A failed execution is not a low risk: a person must look.",
		"▲ High risk The score is above the threshold. 1 33.3%",
		"S-2 T-1 0.9000 yes",
		"1 Model.Down in InvokeModel No model. S-3",
		"InvokeModel 1 2",  // retries
		"× 3 1 failed",     // in the drawing, of InvokeModel
		"alert above 0.75", // in the chart
		"SHA-256 digest-of-the-template",
		"This page holds no features.",
	} {
		if !strings.Contains(seen, want) {
			t.Errorf("the page does not say %q:\n%s", want, seen)
		}
	}
}

// Requirements: SRC-17
func TestDrawingCountsTransitions(t *testing.T) {
	page := render(t, scoredOutcome("S-1", 0.2), scoredOutcome("S-2", 0.9), failedOutcome("S-3", "Model.Down", "No model."))
	edge := regexp.MustCompile(`(?s)<title>InvokeModel-&gt;CheckRisk</title>(.*?)</g>`).FindString(page)
	if label := strings.Trim(tags.ReplaceAllString(edge, " "), " \n"); !strings.HasSuffix(label, " 2") {
		t.Errorf("the transition from InvokeModel to CheckRisk is labelled %q, want its count 2", label)
	}
}

// A definition that is too large to draw still gets its report.
func TestPageWithoutADrawing(t *testing.T) {
	a := about()
	for range 30 {
		a.StateMachine.Definition = fmt.Appendf(nil, `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [%s]}}}`, a.StateMachine.Definition)
	}
	var page bytes.Buffer
	if err := New(a).Write(outcome.NewSummary("dev", "risk"))(&page); err != nil {
		t.Fatal(err)
	}
	seen := text(page.String())
	if want := "The state machine is not drawn: the definition has 30 levels of nested Map and Parallel states"; !strings.Contains(seen, want) {
		t.Errorf("the page does not say %q:\n%s", want, seen)
	}
	if strings.Contains(seen, "A red frame marks") {
		t.Error("the page explains a drawing that is not there")
	}
}

func TestPageOfAPerfectRun(t *testing.T) {
	seen := text(render(t, scoredOutcome("S-1", 0.2)))
	for _, want := range []string{"0 subjects of 1 at high risk", "None: every execution succeeded.", "None: every task succeeded at the first attempt."} {
		if !strings.Contains(seen, want) {
			t.Errorf("the page does not say %q:\n%s", want, seen)
		}
	}
	if strings.Contains(seen, "failed.") {
		t.Errorf("the page mentions failures:\n%s", seen)
	}
}

// The worst failure is a subject at high risk without an alert. The page must show it.
func TestHighRiskWithoutAnAlert(t *testing.T) {
	o := scoredOutcome("S-1", 0.9)
	o.Alerted = false
	if seen := text(render(t, o)); !strings.Contains(seen, "S-1 T-1 0.9000 no: the execution failed") {
		t.Errorf("the page does not show the missing alert:\n%s", seen)
	}
}

// The page must work without a network, and its readers must not be traceable.
func TestPageRequestsNothing(t *testing.T) {
	page := render(t, scoredOutcome("S-1", 0.9))
	for _, forbidden := range []string{"<script", "<link", "<img", "src=", "@import", "url(", "javascript:"} {
		if strings.Contains(strings.ToLower(page), forbidden) {
			t.Errorf("the page contains %q", forbidden)
		}
	}
	for _, address := range regexp.MustCompile(`https?://[^"'<\s]*`).FindAllString(page, -1) {
		if !strings.HasPrefix(address, "http://www.w3.org/") { // the names of XML namespaces
			t.Errorf("the page contains the address %s", address)
		}
	}
	if !strings.Contains(page, `content="default-src 'none'`) {
		t.Error("the page has no content security policy that forbids requests")
	}
}

func TestPageEscapesWhatItShows(t *testing.T) {
	o := failedOutcome("<b>S</b>", "E<script>", "a & b </td><img src=x>")
	page := render(t, o)
	for _, raw := range []string{"<b>S</b>", "E<script>", "<img"} {
		if strings.Contains(page, raw) {
			t.Errorf("the page contains %q unescaped", raw)
		}
	}
}

// Every element is closed, the drawing included.
func TestPageIsWellFormed(t *testing.T) {
	wantWellFormed(t, render(t, scoredOutcome("S-1", 0.9), failedOutcome("S-2", "E", "c")))
}

func wantWellFormed(t *testing.T, page string) {
	t.Helper()
	_, body, _ := strings.Cut(page, "</head>")
	decoder := xml.NewDecoder(strings.NewReader("<html>" + body))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLongListsAreCut(t *testing.T) {
	var outcomes []*outcome.Outcome
	for range maxItems + 7 {
		outcomes = append(outcomes, scoredOutcome("S", 0.9), failedOutcome("F", "E", "c"))
	}
	seen := text(render(t, outcomes...))
	if strings.Count(seen, "And 7 more: see executions.jsonl") != 1 || strings.Count(seen, "and 7 more: see executions.jsonl") != 1 {
		t.Errorf("the lists are not cut:\n%s", seen)
	}
	if want := "207 subjects of 414 at high risk"; !strings.Contains(seen, want) {
		t.Errorf("the totals do not count all: want %q", want)
	}
}

func TestFailuresAreGrouped(t *testing.T) {
	f := failures{}
	for _, o := range []*outcome.Outcome{failedOutcome("1", "B", "c"), failedOutcome("2", "A", "c"), failedOutcome("3", "B", "d"), failedOutcome("4", "B", "d")} {
		f.add(&o.Ending, o.Subject)
	}
	var got []string
	for _, g := range f.groups() {
		subjects := ""
		for _, subject := range g.Subjects.Items {
			subjects += subject.Who
		}
		got = append(got, g.Error+g.Cause+subjects)
	}
	if want := "Bd34 Ac2 Bc1"; strings.Join(got, " ") != want {
		t.Errorf("groups %v, want %s: the most frequent first, then by name", got, want)
	}
}

// The page stays readable and its totals right, even if every subject fails with another cause.
func TestManyCausesAreCut(t *testing.T) {
	f := failures{}
	for i := range maxCauses + 50 {
		f.add(&failedOutcome("S", "E", fmt.Sprint("cause ", i)).Ending, "S")
	}
	groups := f.groups()
	if len(groups) != maxCauses+1 || groups[0].Subjects.Count() != 50 || !strings.HasPrefix(groups[0].Cause, "Other causes") {
		t.Errorf("%d groups, the first %+v; want %d, and the rest in one", len(groups), groups[0].failureKey, maxCauses+1)
	}
}

// The page shows characters that change the direction of text, or show nothing.
func TestForeignTextOnThePage(t *testing.T) {
	hidden := "T\u202e\u2066\u200b\x1b[2K\u009b\u2028"
	cause := hidden
	r, summary := New(about()), outcome.NewSummary("dev", "risk")
	o := &outcome.Outcome{Subject: hidden, Decision: outcome.HighRisk, Ending: outcome.Ending{TrialID: hidden, Execution: hidden, Status: asl.Failed, Error: &cause, Cause: &cause}}
	r.Add(o)
	summary.Add(o, 0)
	var page bytes.Buffer
	if err := r.Write(summary)(&page); err != nil {
		t.Fatal(err)
	}
	if got := page.String(); strings.ContainsAny(got, "\u202e\u2066\u200b\x1b\u009b\u2028") || !strings.Contains(got, `T\u202e\u2066\u200b`) {
		t.Errorf("the page has hidden characters: %q", text(got))
	}
}

// Requirements: SRC-18
func TestNobodyIsScored(t *testing.T) {
	seen := text(render(t, failedOutcome("S-1", "Model.Down", "No model."), failedOutcome("S-2", "Model.Down", "No model.")))
	for _, want := range []string{"None of 2 subjects could be scored", "Nothing is known about their risk: a person must look."} {
		if !strings.Contains(seen, want) {
			t.Errorf("the page does not say %q:\n%s", want, seen)
		}
	}
	if strings.Contains(seen, "of 2 at high risk") {
		t.Errorf("the page speaks of a risk that nobody knows:\n%s", seen)
	}
}

// The highest score comes first, also where the list is cut.
func TestHighRiskIsSorted(t *testing.T) {
	var outcomes []*outcome.Outcome
	for i := range maxItems + 10 {
		outcomes = append(outcomes, scoredOutcome(fmt.Sprintf("S-%03d", i), 0.76+float64(i)/10000))
	}
	seen := text(render(t, outcomes...))
	first, last := strings.Index(seen, "S-209 T-1"), strings.Index(seen, "S-010 T-1")
	if first < 0 || last < first || strings.Contains(seen, "S-009 T-1") || !strings.Contains(seen, "And 10 more") {
		t.Errorf("the highest score is at %d, the last that is shown at %d", first, last)
	}
}

// A reader finds the parts of the page, and a failure leads to its history.
func TestLandmarksAndLinks(t *testing.T) {
	failed := failedOutcome("S-1", "Model.Down", "No model.")
	failed.Execution = "000001-S-1"
	a := about()
	a.Card, a.Quality, a.Histories = "../model/card.html", "quality.json", runner.Histories{Keep: runner.KeepNotable}
	r, summary := New(a), outcome.NewSummary("dev", "risk")
	r.Add(failed)
	summary.Add(failed, 0)
	var page bytes.Buffer
	if err := r.Write(summary)(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<main id="main">`, `</main>`, `<nav aria-label="Sections">`, `<a class="skip" href="#main">`, `<header>`,
		`<a class="id" href="histories/000001-S-1.json">S-1</a>`, `<a href="../model/card.html">Model card</a>`, `<a href="quality.json">Quality of the data</a>`} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	a.Histories.Keep = runner.KeepNone
	page.Reset()
	r = New(a)
	r.Add(failed)
	if err := r.Write(summary)(&page); err != nil || strings.Contains(page.String(), `href="histories`) {
		t.Errorf("the page links to a history that is not kept: %v", err)
	}
}

func TestStoppedRun(t *testing.T) {
	for interrupted, want := range map[bool]string{true: "The run was interrupted 7 of 9 subjects were done. Of these, 1 at high risk,", false: "The run could not go on 7 of 9"} {
		r, summary := New(about()), outcome.NewSummary("dev", "risk")
		o := scoredOutcome("S-1", 0.9)
		r.Add(o)
		summary.Add(o, 1)
		r.Stop("7 of 9 subjects were done.", interrupted)
		var page bytes.Buffer
		if err := r.Write(summary)(&page); err != nil {
			t.Fatal(err)
		}
		if seen := text(page.String()); !strings.Contains(seen, want) {
			t.Errorf("the page does not say %q:\n%s", want, seen)
		}
	}
}

// Requirements: SRC-02, SRC-19
func TestAnotherThresholdAndOutcomes(t *testing.T) {
	r, summary := New(about()), outcome.NewSummary("dev", "risk")
	defined, auc := 0.9, 0.5712
	summary.DefinedThreshold = &defined
	summary.Labels = &labels.Comparison{File: "outcomes.csv", Compared: 12, Events: 7, AUC: &auc, TruePositive: 3, FalseNegative: 4, TrueNegative: 5, NotInRun: 6}
	r.Add(scoredOutcome("S-1", 0.2))
	var page bytes.Buffer
	if err := r.Write(summary)(&page); err != nil {
		t.Fatal(err)
	}
	seen := text(page.String())
	for _, want := range []string{"Another threshold. This run used 0.75; the definition has 0.9.", "12 subjects have both a score and an outcome, and 7 of them dropped out.",
		"Dropped out 3 4", "Stayed 0 5", "AUC 0.571", "Brier score –", "6 outcomes of subjects that are not in the run"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the page does not say %q:\n%s", want, seen)
		}
	}
}
