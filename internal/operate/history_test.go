package operate_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
)

// Whoever may not read the history follows the status.
func TestAHistoryThatIsEncrypted(t *testing.T) {
	s := newScene(t, succeed)
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	s.fault = func(operation string, w http.ResponseWriter) bool {
		closed := operation == "GetExecutionHistory" || operation == "DescribeStateMachineForExecution"
		if closed {
			refuse(w, "KmsAccessDeniedException")
		}
		return closed
	}
	if o, _ := s.follow(arn); !o.Succeeded() || len(s.said) != 1 || !strings.Contains(s.said[0], "only the status is followed") {
		t.Errorf("outcome %+v, said %q", o, s.said)
	}
	var ended []*operate.Outcome
	if err := (&operate.Follower{AWS: s.aws}).FollowAll(t.Context(), []string{arn}, func(o *operate.Outcome) { ended = append(ended, o) }); err != nil || len(ended) != 1 {
		t.Errorf("%d ended, %v", len(ended), err)
	}
}

// A history that is as long as it can be is read once, and only its last page twice.
func TestAHistoryOf25000Events(t *testing.T) {
	s := newScene(t, succeed)
	loop := `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
		"A": {"Type": "Pass", "Output": "{% {'n': $states.input.n - 1} %}", "Next": "B"},
		"B": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 0 %}", "Next": "A"}], "Default": "C"},
		"C": {"Type": "Succeed"}}}`
	o, _ := s.follow(s.run(s.deploy(loop, "d"), "run-1", `{"n": 6249}`))
	pages := 0
	for _, operation := range s.calls {
		if operation == "GetExecutionHistory" {
			pages++
		}
	}
	if !o.Succeeded() || o.Events != 25000 || o.States[0].Entered != 6249 || pages != 25 {
		t.Errorf("%s with %d events in %d pages, %+v", o.Status, o.Events, pages, o.States[0])
	}
}

// Whoever follows reads only the last page again.
func TestOnlyTheLastPageIsReadAgain(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
		"A": {"Type": "Pass", "Output": "{% {'n': $states.input.n - 1} %}", "Next": "B"},
		"B": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 0 %}", "Next": "A"}], "Default": "C"},
		"C": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Arguments": {"FunctionName": "f", "Payload": {"t": "{% $states.context.Task.Token %}"}}, "End": true}}}`, "d"), "run-1", `{"n": 900}`)
	token, looks := <-sent, 0
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every {
			if looks++; looks == 3 {
				s.call("SendTaskSuccess", map[string]any{"taskToken": token, "output": `{}`})
				s.ended(arn)
			}
		}
		return nil
	}
	o, _ := s.follow(arn)
	pages := 0
	for _, operation := range s.calls {
		if operation == "GetExecutionHistory" {
			pages++
		}
	}
	if !o.Succeeded() || o.Events < 3600 || pages != 4+3 || o.States[0].Entered != 900 || o.States[2].Retries != 0 {
		t.Errorf("%s with %d events, %+v: %d pages in 4 looks", o.Status, o.Events, o.States[0], pages)
	}
}

// After a redrive, an older answer of the service is no end.
func TestAnOlderAnswerAfterARedrive(t *testing.T) {
	broken := true
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if broken {
			return asl.Reply{}, &asl.Error{Name: "X"}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every && broken {
			broken = false
			s.call("RedriveExecution", map[string]any{"executionArn": arn})
			s.ended(arn)
		}
		return nil
	}
	o, err := (&operate.Follower{AWS: s.aws, Redrives: 1}).Follow(t.Context(), arn)
	if err != nil || !o.Succeeded() {
		t.Errorf("outcome %+v, %v", o, err)
	}
}
