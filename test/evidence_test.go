package test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	evidence "clinical-risk-pipeline/evidence/scenario"
	"clinical-risk-pipeline/workflow"
)

// evidenceDir is the folder for executed scenarios and their histories. `make evidence` sets it; otherwise nothing is kept.
var evidenceDir = os.Getenv(evidence.Variable)

// recording is a scenario that becomes evidence. A nil recording records nothing.
type recording struct{ evidence.Scenario }

// record begins a recording. The options report the children of a Distributed Map to it.
func record(variant string, p *pipeline, options *asl.Options) *recording {
	if evidenceDir == "" {
		return nil
	}
	r := &recording{evidence.Scenario{Variant: variant}}
	r.Definition = workflow.DefinitionDigest(p.resources("AWS::StepFunctions::StateMachine")[p.machine.LogicalID]["DefinitionString"])
	options.OnChild = func(child *asl.Execution) { r.Children = append(r.Children, evidence.ChildOf(child)) }
	return r
}

// world notes the world that an execution acts upon.
func (r *recording) world(w *world) {
	if r == nil {
		return
	}
	r.Scores, r.Decision = w.subjects, w.decision
	for _, f := range w.faults {
		r.Faults = append(r.Faults, evidence.Fault{
			State: f.state, Outcome: f.outcome.name, Attempt: f.attempt, Forever: f.forever, AfterWork: f.effect,
		})
	}
}

// struck notes whether a fault struck.
func (r *recording) struck(w *world) {
	if r != nil {
		r.Struck = w.struck
	}
}

// end notes how an execution ended. Call it again after a redrive.
func (r *recording) end(x *asl.Execution) {
	if r == nil {
		return
	}
	ending := evidence.EndingOf(x)
	if r.History == nil {
		r.First = ending
	} else {
		r.Redriven = &ending
	}
	r.History = evidence.HistoryOf(x)
}

// line is the scenario, with the rules that it broke, as a line of the test's file.
func (r *recording) line(t *testing.T, violations []string) []byte {
	if r == nil {
		return nil
	}
	r.Test, r.Violations = t.Name(), violations
	line, err := evidence.Encode(&r.Scenario)
	if err != nil {
		t.Error(err)
	}
	return line
}

// keep appends lines to the test's file.
func keep(t *testing.T, lines ...[]byte) {
	t.Helper()
	if evidenceDir == "" {
		return
	}
	if err := evidence.Append(evidenceDir, t.Name(), lines...); err != nil {
		t.Error(err)
	}
}

// run executes the definition of a pipeline.
func (p *pipeline) run(t *testing.T, input any, options asl.Options) *asl.Execution {
	t.Helper()
	machine, err := asl.Load(p.machine.Definition)
	if err != nil {
		t.Fatal(err)
	}
	recording := record(p.name, p, &options)
	execution, err := machine.Run(context.Background(), input, options)
	if err != nil {
		t.Fatal(err)
	}
	recording.end(execution)
	keep(t, recording.line(t, nil))
	return execution
}

func TestExecutionsBecomeEvidence(t *testing.T) {
	dir := evidenceDir
	evidenceDir = t.TempDir()
	t.Cleanup(func() { evidenceDir = dir })
	p := smallBatchPipeline(t)
	runCohort(t, p, line("S-0", 0.9)+line("S-1", 0.1)+line("S-2", 0.2), nil)
	var got []*evidence.Scenario
	if err := evidence.Read(filepath.Join(evidenceDir, t.Name()+".jsonl.gz"), func(s *evidence.Scenario) { got = append(got, s) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Test != t.Name() || got[0].Variant != "small batches" || got[0].First.Status != asl.Succeeded {
		t.Fatalf("recorded %s", text(got))
	}
	if got[0].Definition != p.digest(t) {
		t.Errorf("the digest of the definition is %s, want that of its tag, %s", got[0].Definition, p.digest(t))
	}
	if len(got[0].Children) != 2 || !strings.Contains(string(got[0].Children[1].History), "RecordDecisions") || !strings.Contains(string(got[0].History), "NotifyTeam") {
		t.Errorf("the histories are %s", text(got))
	}
}
