package export_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/records/memory"
)

// trail is a log group that remembers the patterns. An event matches a pattern that names its source.
type trail struct {
	events   []string
	patterns *[]string
	err      error
}

func (trail) Group() string { return "trail" }

func (t trail) Since(context.Context) (time.Time, error) { return first.AddDate(-1, 0, 0), t.err }

func (t trail) Events(_ context.Context, pattern string, from, to time.Time) iter.Seq2[string, error] {
	*t.patterns = append(*t.patterns, pattern)
	return func(yield func(string, error) bool) {
		if t.err != nil {
			yield("", t.err)
			return
		}
		for _, event := range t.events {
			parts := strings.SplitN(event, `"`, 5) // the fourth one is the source
			if ours := len(parts) < 4 || strings.Contains(pattern, parts[3]); to.After(from) && ours && !yield(event, nil) {
				return
			}
		}
	}
}

func started(day, execution, code string) string {
	return fmt.Sprintf(`{"eventSource": "states.amazonaws.com", "eventName": "StartExecution", "eventID": "s-%s", "eventTime": "%sT03:00:00Z", "errorCode": "%s", "userIdentity": {"arn": "%s"}, "responseElements": {"executionArn": "%s"}}`,
		day, day, code, memory.Starter, execution)
}

// Requirements: P11-10b
func TestTheTrailComesWithTheExport(t *testing.T) {
	s := newScene(t)
	patterns := []string{}
	unknown := "arn:aws:states:eu-central-1:123456789012:execution:Trial:failed"
	read := fmt.Sprintf(`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventTime": "2026-03-02T08:00:00Z", "userIdentity": {"arn": "%s"}, "requestParameters": {"key": "decisions/%s/a.json"}}`, memory.Signer, s.ID)
	s.options.Trail = trail{events: []string{started("2026-02-24", s.Run(1).Execution, ""), started("2026-02-25", unknown, ""), started("2026-02-26", "", "AccessDenied"), read, read, "no JSON"}, patterns: &patterns}
	m := s.export().Manifest
	if m.Parts[0].Events != 3 || m.Parts[1].Events != 1 || m.Trail.Group != "trail" || m.Trail.Since == nil {
		t.Errorf("the parts have %d and %d events; %+v", m.Parts[0].Events, m.Parts[1].Events, m.Trail)
	}
	if got := s.read("2026-03/trail.jsonl"); got != read+"\n" {
		t.Errorf("the event is not as it was delivered: %s", got)
	}
	if len(m.Runs.Missing) != 1 || m.Runs.Missing[0].Execution != unknown || !strings.Contains(m.Runs.Missing[0].Why, "the trail shows its start, and it left no record") {
		t.Errorf("missing: %+v", m.Runs.Missing)
	}
	if page := s.read("2026-03/trail.html"); !strings.Contains(page, "GetObject") || !strings.Contains(page, memory.Signer) {
		t.Error("the page does not show the event")
	}
	all := strings.Join(patterns, "\n")
	for _, part := range []string{
		`$.requestParameters.key = "decisions/SYN-AD-402/*"`, `$.requestParameters.key = "exclusions/SYN-AD-402/*"`, `$.requestParameters.key = "approvals/SYN-AD-402/*"`,
		`$.requestParameters.key = "alerts/SYN-AD-402/*"`, `stateMachine:Trial*"`, `execution:Trial:*"`, `$.requestID = "` + memory.Invocation(0) + `"`,
	} {
		if !strings.Contains(all, part) {
			t.Errorf("no pattern has %s:\n%s", part, all)
		}
	}
	for _, pattern := range patterns {
		if len(pattern) > 1024 {
			t.Errorf("a pattern has %d characters, and CloudWatch Logs takes 1,024", len(pattern))
		}
	}
}

func TestATrailThatCannotBeReadStopsTheExport(t *testing.T) {
	s := newScene(t)
	s.options.Trail = trail{patterns: &[]string{}, err: errors.New("CloudWatch Logs FilterLogEvents: AccessDenied")}
	s.fails("cannot read the log group trail of the trail: CloudWatch Logs FilterLogEvents: AccessDenied")
}
