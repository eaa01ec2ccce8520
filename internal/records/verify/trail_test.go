package verify_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/internal/records/memory"
)

// trail is a log group with some events. An event matches a pattern that names its source.
type trail struct{ events []string }

func (trail) Group() string { return "trail" }

func (trail) Since(context.Context) (time.Time, error) { return first.AddDate(-1, 0, 0), nil }

func (t trail) Events(_ context.Context, pattern string, from, to time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, event := range t.events {
			name := strings.SplitN(event, `"`, 5)[3] // the source
			if to.After(from) && strings.Contains(pattern, name) && !yield(event, nil) {
				return
			}
		}
	}
}

func invoked(n int, by string) string {
	return fmt.Sprintf(`{"eventSource": "lambda.amazonaws.com", "eventName": "Invoke", "eventID": "e-%d", "eventTime": "%s", "requestID": "%s", "userIdentity": {"arn": "%s", "principalId": "AROA:jane.doe@example.com"},
  "requestParameters": {"functionName": "Decide"}}`, n, first.AddDate(0, 0, n).Add(time.Hour).Format(time.RFC3339), memory.Invocation(n), by)
}

// The trail's events come with the export, and say who invoked the function that recorded a signature.
//
// Requirements: P11-10b
func TestTheTrailOfTheExportNamesTheSigner(t *testing.T) {
	for by, want := range map[string]string{memory.Signer: "", memory.Starter: "invocation in the trail: event e-0: " + memory.Starter + " invoked the function, not the signer"} {
		s := newScene(t, func(_ *memory.Trial, o *export.Options) {
			o.Trail = trail{[]string{invoked(0, by), invoked(5, memory.Signer)}}
		})
		report := s.verify()
		if report.Holds != (want == "") || !strings.Contains(faults(report), want) || strings.Contains(notes(report), "invocation in the trail") {
			t.Errorf("%s: got\n%s\n%s", by, faults(report), notes(report))
		}
	}
	s := newScene(t, func(_ *memory.Trial, o *export.Options) { o.Trail = trail{[]string{invoked(0, memory.Signer)}} })
	if report := s.verify(); !strings.Contains(faults(report), "invocation in the trail: no event with the request id request-5") {
		t.Errorf("without an event of a signature: got\n%s", faults(report))
	}
}
