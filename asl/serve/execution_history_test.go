package serve_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"clinical-risk-pipeline/asl/serve"
)

func TestTheHistory(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", pass, object{"publish": true})
	execution := c.started(arn+":1", object{"input": `{"a": 1}`})
	c.ended(execution)
	events := c.call("GetExecutionHistory", object{"executionArn": execution})["events"].([]any)
	text, _ := json.Marshal(events[0].(object)["executionStartedEventDetails"])
	if want := `{"input":"{\"a\":1}","inputDetails":{"truncated":false},"roleArn":"` + role + `","stateMachineVersionArn":"` + arn + `:1"}`; string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if got := c.types(execution); got != "ExecutionStarted PassStateEntered PassStateExited ExecutionSucceeded" {
		t.Errorf("events %s", got)
	}
	without := c.call("GetExecutionHistory", object{"executionArn": execution, "includeExecutionData": false})["events"].([]any)
	if text, _ := json.Marshal(without); strings.Contains(string(text), "put\"") || !strings.Contains(string(text), `"name":"A"`) {
		t.Errorf("without data: %s", text)
	}
}

func TestPagesOfTheHistory(t *testing.T) {
	c := start(t, serve.Config{})
	execution := c.started(c.create("m", pass, nil), nil)
	c.ended(execution)
	for _, reverse := range []bool{false, true} {
		var ids []float64
		request := object{"executionArn": execution, "maxResults": 3, "reverseOrder": reverse}
		for pages := 1; ; pages++ {
			answer := c.call("GetExecutionHistory", request)
			for _, event := range answer["events"].([]any) {
				ids = append(ids, event.(object)["id"].(float64))
			}
			if request["nextToken"] = answer["nextToken"]; answer["nextToken"] == nil {
				if pages != 2 {
					t.Errorf("%d pages", pages)
				}
				break
			}
		}
		want := "[1,2,3,4]"
		if reverse {
			want = "[4,3,2,1]"
		}
		if got, _ := json.Marshal(ids); string(got) != want {
			t.Errorf("reverse %v: %s", reverse, got)
		}
	}
}

// The history grows while the execution runs.
func TestTheHistoryOfAnExecutionThatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, serve.Config{})
		execution := c.started(c.create("m", waiting, nil), nil)
		synctest.Wait()
		if got := c.types(execution); got != "ExecutionStarted WaitStateEntered" {
			t.Errorf("events %s", got)
		}
		c.call("StopExecution", object{"executionArn": execution})
	})
}
