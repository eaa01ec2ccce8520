package serve_test

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

func TestExpressWorkflows(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", `{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Variable": "$.ok", "BooleanEquals": true, "Next": "B"}], "Default": "C"},
		"B": {"Type": "Succeed"}, "C": {"Type": "Fail", "Error": "Bad", "Cause": "luck"}}}`, object{"type": "EXPRESS"})
	equal(t, c.call("StartSyncExecution", object{"stateMachineArn": arn, "name": "x", "input": `{"ok": true}`}), object{
		"name": "x", "stateMachineArn": arn, "status": "SUCCEEDED", "output": `{"ok":true}`, "outputDetails": object{"included": true}, "error": nil,
		"billingDetails": object{"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}})
	equal(t, c.call("StartSyncExecution", object{"stateMachineArn": arn, "input": `{"ok": false}`}), object{"status": "FAILED", "error": "Bad", "cause": "luck", "output": nil})
	execution := c.started(arn, object{"name": "x"})
	if !strings.HasPrefix(execution, arnPrefix+"express:m:x:") {
		t.Errorf("ARN %s", execution)
	}
	for _, operation := range []string{"DescribeExecution", "StopExecution", "GetExecutionHistory"} {
		if got := c.refuse(operation, object{"executionArn": execution}); got != "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'" {
			t.Errorf("%s: %s", operation, got)
		}
	}
	unsupported := "StateMachineTypeNotSupported: This operation is not supported by this type of state machine"
	if got := c.refuse("ListExecutions", object{"stateMachineArn": arn}); got != unsupported {
		t.Errorf("ListExecutions: %s", got)
	}
	if got := c.refuse("StartSyncExecution", object{"stateMachineArn": c.create("standard", pass, nil)}); got != unsupported {
		t.Errorf("StartSyncExecution: %s", got)
	}
}
