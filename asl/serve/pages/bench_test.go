package pages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// BenchmarkPages measures pages of a server with 100 state machines and 10,000 executions, and of an execution with 5,000 events.
func BenchmarkPages(b *testing.B) {
	reader := open(b, serve.Config{})
	machine := reader.create("m", passes)
	for i := range 10_000 {
		reader.started(machine, fmt.Sprintf("x%d", i), `{"n": 1}`)
	}
	for i := range 98 { // Each looks for its executions among all.
		reader.create(fmt.Sprintf("other%d", i), passes)
	}
	items := strings.TrimSuffix(strings.Repeat(`{"subject": "S-0001", "visits": [1, 2, 3, 4, 5, 6, 7, 8]},`, 1250), ",")
	long := reader.run(reader.create("long", `{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "End": true}}}`), "x", "["+items+"]")
	for name, path := range map[string]string{
		"first": "/", "list": at("/machine", "arn", machine), "failed": at("/machine", "arn", machine, "status", "FAILED"),
		"execution": at("/execution", "arn", long), "event": at("/event", "arn", long, "id", "2500"),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := reader.visit(path, nil); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
