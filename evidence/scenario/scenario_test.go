package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// failedExecution executes a definition that fails.
func failedExecution(t *testing.T) *asl.Execution {
	t.Helper()
	machine, err := asl.Load([]byte(`{"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "Stopped"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	x, err := machine.Run(t.Context(), map[string]any{}, asl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// write appends scenarios to the files of their tests.
func write(t *testing.T, dir string, scenarios ...Scenario) {
	t.Helper()
	for _, s := range scenarios {
		line, err := Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		if err := Append(dir, s.Test, line); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScenariosRoundTrip(t *testing.T) {
	x := failedExecution(t)
	dir := filepath.Join(t.TempDir(), "scenarios")
	written := Scenario{Test: "TestA/case", Variant: "v", First: EndingOf(x), History: HistoryOf(x), Children: []Child{ChildOf(x)}}
	write(t, dir, written, Scenario{Test: "TestA/other", History: json.RawMessage("[]")})
	var got []Scenario
	if err := Read(filepath.Join(dir, "TestA.jsonl.gz"), func(s *Scenario) { got = append(got, *s) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].First.Error != "Stopped" || string(got[0].History) != string(written.History) || got[0].Children[0].Status != asl.Failed {
		t.Errorf("read %+v", got)
	}
	if !strings.Contains(string(got[0].History), `"FailStateEntered"`) {
		t.Errorf("the history is %s", got[0].History)
	}
}

func TestSummaryCountsByTestVariantStateAndOutcome(t *testing.T) {
	dir := t.TempDir()
	fault := Fault{State: "NotifyTeam", Outcome: "hangs", Attempt: 1}
	scores := map[string]float64{"S-0": 0.9}
	failed, recovered := Ending{Status: asl.Failed, Error: "States.Timeout"}, Ending{Status: asl.Succeeded}
	history := json.RawMessage(`[{"id": 1, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "NotifyTeam"}}]`)
	write(t, dir,
		Scenario{Test: "TestSweep", Variant: "v", Definition: "d", Scores: scores, First: Ending{Status: asl.Succeeded}, History: history},
		Scenario{Test: "TestSweep", Variant: "v", Scores: scores, Faults: []Fault{fault}, Struck: true, First: failed, Redriven: &recovered, History: history},
		Scenario{Test: "TestSweep", Variant: "v", Scores: scores, Faults: []Fault{fault, fault}, First: Ending{Status: asl.TimedOut},
			Violations: []string{"told nobody"}, History: history},
		Scenario{Test: "TestOther/case", Variant: "w", Definition: "e", First: failed, History: history},
	)
	s, err := Summarize(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Scenarios: 4, Struck: 1, Succeeded: 1, Failed: 2, TimedOut: 1, Redriven: 1, Recovered: 1, Violating: 1}); s.Counts != want {
		t.Errorf("counted %+v, want %+v", s.Counts, want)
	}
	if len(s.Groups) != 2 || s.Groups[0].Name != "TestOther" || len(s.Groups[0].Groups[0].Groups) != 0 {
		t.Fatalf("grouped %+v", s.Groups)
	}
	states := s.Groups[1].Groups[0].Groups
	if len(states) != 3 || states[0].Name != NoFault || states[1].Name != "NotifyTeam" || states[2].Name != SeveralFaults ||
		states[1].Groups[0].Name != "hangs" || states[1].Groups[0].Recovered != 1 {
		t.Errorf("states %+v", states)
	}
	if len(s.Samples) != 1 || s.Samples[0].Events[0].State() != "NotifyTeam" {
		t.Errorf("samples %+v", s.Samples)
	}
	if len(s.Files) != 2 || s.Files[1].Scenarios != 3 || len(s.Files[1].SHA256) != 64 || s.Definitions["w"] != "e" {
		t.Errorf("files %+v, definitions %v", s.Files, s.Definitions)
	}
}

func TestDamagedFilesAreErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, Scenario{Test: "TestA", History: json.RawMessage("[]")})
	file := filepath.Join(dir, "TestA.jsonl.gz")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range [][]byte{text[:len(text)-9], []byte("no gzip")} {
		if err := os.WriteFile(file, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Summarize(dir); err == nil || !strings.Contains(err.Error(), "TestA.jsonl.gz") {
			t.Errorf("the error is %v", err)
		}
	}
}
