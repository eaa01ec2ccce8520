package operate_test

import (
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
)

func TestACohortWithAMapRun(t *testing.T) {
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if asl.Encode(task.Input) == `"`+secret+`"` {
			return asl.Reply{}, &asl.Error{Name: "SNS.Bad", Cause: secret}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	cohort := `{"StartAt": "ScoreCohort", "States": {"ScoreCohort": {"Type": "Map", "Label": "ScoreCohort", "ToleratedFailureCount": TOLERATED, "ItemsPath": "$.items",
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I",
			"States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}, "End": true}}}`
	m := s.deploy(strings.Replace(cohort, "TOLERATED", "1", 1), "d")
	o, _ := s.follow(s.run(m, "run-1", `{"items": ["a", "b", "`+secret+`"]}`))
	if !o.Succeeded() || len(o.MapRuns) != 1 {
		t.Fatalf("outcome %+v", o)
	}
	run := o.MapRuns[0]
	if run.Total != 3 || run.Succeeded != 2 || run.Failed != 1 || run.Label() != "ScoreCohort" || run.Words(time.Now()) != "3 of 3 items done, 1 failed" {
		t.Errorf("map run %+v: %s", run, run.Words(time.Now()))
	}
}

func TestTheTimeLeftOfAMapRun(t *testing.T) {
	start := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	run := operate.MapRun{Total: 400, Succeeded: 90, Failed: 10, StartedAt: start}
	if got, want := run.Words(start.Add(time.Minute)), "100 of 400 items done, 10 failed, about 3m0s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
