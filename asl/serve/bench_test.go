package serve_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// fiveStates is a definition of five states.
const fiveStates = `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"n": 1}, "Next": "B"},
	"B": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "C"}], "Default": "E"},
	"C": {"Type": "Pass", "Parameters": {"m.$": "States.MathAdd($.n, 1)"}, "Next": "D"}, "D": {"Type": "Wait", "Seconds": 0, "Next": "E"}, "E": {"Type": "Succeed"}}}`

// BenchmarkExecutions starts executions from 200 clients, and waits for each.
func BenchmarkExecutions(b *testing.B) {
	for _, data := range []bool{false, true} {
		b.Run(fmt.Sprintf("data=%v", data), func(b *testing.B) {
			config := serve.Config{}
			if data {
				config.Data = b.TempDir()
			}
			server, err := serve.New(config)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = server.Close() }() // The folder goes away.
			call := func(operation string, request, answer any) {
				body, _ := json.Marshal(request) // Requests are maps of texts.
				r := httptest.NewRequestWithContext(b.Context(), "POST", "/", strings.NewReader(string(body)))
				r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
				w := httptest.NewRecorder()
				server.ServeHTTP(w, r)
				if err := json.Unmarshal(w.Body.Bytes(), answer); err != nil || w.Code != 200 {
					b.Errorf("%s: %d %s", operation, w.Code, w.Body)
				}
			}
			var machine struct{ StateMachineArn string }
			call("CreateStateMachine", map[string]string{"name": "m", "definition": fiveStates, "roleArn": role}, &machine)
			b.SetParallelism(100)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					var execution struct{ ExecutionArn, Status string }
					call("StartExecution", map[string]string{"stateMachineArn": machine.StateMachineArn, "input": `{"a": "b"}`}, &execution)
					<-server.Done(execution.ExecutionArn)
					call("DescribeExecution", map[string]string{"executionArn": execution.ExecutionArn}, &execution)
					if execution.Status != "SUCCEEDED" {
						b.Errorf("got %s", execution.Status)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "executions/s")
		})
	}
}
