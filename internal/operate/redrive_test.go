package operate_test

import (
	"net/http"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
)

func TestARedrive(t *testing.T) {
	broken := true
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if broken && task.State == "NotifyTeam" {
			return asl.Reply{}, &asl.Error{Name: "SNS.Down", Cause: secret}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	plan, err := s.aws.Plan(t.Context(), arn)
	if err != nil || !plan.Redrivable || plan.LastState != "NotifyTeam" || plan.Error != "SNS.Down" {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	wantNoData(t, plan)
	if text := strings.Join(plan.Repeats, "; "); !strings.Contains(text, "goes on in the state NotifyTeam") || !strings.Contains(text, "not repeated: the states before it, InvokeModel") {
		t.Errorf("repeats %s", text)
	}
	broken = false
	lost := false
	s.fault = func(operation string, w http.ResponseWriter) bool { // The answer is lost once: it is one redrive.
		if operation != "RedriveExecution" || lost {
			return false
		}
		lost = true
		hangUp(w)
		return true
	}
	if err := s.aws.Redrive(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	s.ended(arn)
	o, _ := s.follow(arn)
	if !o.Succeeded() || o.RedriveCount != 1 || o.States[0].Entered != 1 {
		t.Errorf("outcome %+v, %+v", o, o.States[0])
	}
	if err := s.aws.Redrive(t.Context(), plan); err != nil { // the same redrive, asked for again
		t.Error(err)
	}
	if again, err := s.aws.Plan(t.Context(), arn); err != nil || again.Redrivable || again.Why != "it succeeded" || again.RedriveCount != 1 {
		t.Errorf("plan %+v, %v", again, err)
	}
}

// A redrive that nothing would come of is not offered.
func TestNoRedrive(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(waiting, "d"), "run-1", `{}`)
	<-sent
	if plan, err := s.aws.Plan(t.Context(), arn); err != nil || plan.Redrivable || plan.Why != "it is running" {
		t.Errorf("plan %+v, %v", plan, err)
	}
	s = newScene(t, succeed)
	arn = s.run(s.deploy(`{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "InvalidScore"}}}`, "d"), "run-1", `{}`)
	if plan, err := s.aws.Plan(t.Context(), arn); err != nil || plan.Redrivable || !strings.Contains(plan.Why, "would enter the Fail state F again") || len(plan.Repeats) > 0 {
		t.Errorf("plan %+v, %v", plan, err)
	}
	if _, err := s.aws.Plan(t.Context(), nobody); !operate.Is(err, "ExecutionDoesNotExist") {
		t.Errorf("got %v", err)
	}
}

// A redrive of a cohort repeats the batches that did not succeed.
func TestARedriveOfACohort(t *testing.T) {
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if asl.Encode(task.Input) == "2" {
			return asl.Reply{}, &asl.Error{Name: "S3.Down"}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	arn := s.run(s.deploy(`{"StartAt": "ScoreCohort", "States": {"ScoreCohort": {"Type": "Map", "Label": "ScoreCohort", "ToleratedFailureCount": 0, "MaxConcurrency": 1,
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I",
			"States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}, "End": true}}}`, "d"), "run-1", `[1, 2]`)
	plan, err := s.aws.Plan(t.Context(), arn)
	if err != nil || !plan.Redrivable || !strings.Contains(strings.Join(plan.Repeats, "; "), "ScoreCohort repeats the 1 child executions that did not succeed") {
		t.Errorf("plan %+v, %v", plan, err)
	}
}

// What a person follows or plans is read without the data of the execution, which stays in AWS.
func TestNothingAsksForData(t *testing.T) {
	s := newScene(t, handler(func(*asl.Task) (asl.Reply, error) { return asl.Reply{}, &asl.Error{Name: "X"} }))
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	s.calls, s.bodies = nil, nil
	s.follow(arn)
	if _, err := s.aws.Plan(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	for i, operation := range s.calls {
		want := map[string]string{"GetExecutionHistory": `"includeExecutionData":false`, "DescribeExecution": `"includedData":"METADATA_ONLY"`}[operation]
		if !strings.Contains(s.bodies[i], want) {
			t.Errorf("%s asked for data: %s", operation, s.bodies[i])
		}
	}
}
