package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
)

// trailEvent is an event of the trail, as an export shows it.
type trailEvent struct {
	ID     string `json:"eventID"`
	Time   string `json:"eventTime"`
	Source string `json:"eventSource"`
	Name   string `json:"eventName"`
	Error  string `json:"errorCode"`
	By     struct {
		ARN       string `json:"arn"`
		InvokedBy string `json:"invokedBy"`
	} `json:"userIdentity"`
	Request struct {
		Key       string `json:"key"`
		Execution string `json:"executionArn"`
		Function  string `json:"functionName"`
	} `json:"requestParameters"`
	Response struct {
		Execution string `json:"executionArn"`
	} `json:"responseElements"`
}

// About returns what the call was about.
func (e trailEvent) About() string {
	for _, text := range []string{e.Request.Key, e.Response.Execution, e.Request.Execution, e.Request.Function} {
		if text != "" {
			return text
		}
	}
	return ""
}

// late is how much later than its call an event may be delivered to the log group, with a margin: usually within 15 minutes.
const late = 2 * time.Hour

// trail reads the trail's events of a part, as they were delivered, and returns the text of its file.
func (e *exporter) trail(ctx context.Context, p *part) ([]byte, error) {
	if e.Trail == nil {
		return nil, nil
	}
	from, err := time.Parse("2006-01", p.Name)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	known := map[string]bool{}
	for _, pattern := range patterns(p) {
		to := from.AddDate(0, 1, 0).Add(late)
		if pattern.open { // a signature may be of a later month than its run
			to = e.state.AsOf
		}
		for message, err := range e.Trail.Events(ctx, pattern.text, from, slices.MinFunc([]time.Time{to, e.state.AsOf}, time.Time.Compare)) {
			if err != nil {
				return nil, fmt.Errorf("cannot read the log group %s of the trail: %w", e.Trail.Group(), err)
			}
			message = strings.ReplaceAll(strings.TrimSpace(message), "\n", " ")
			var event trailEvent
			if known[message] || strictjson.Unmarshal([]byte(message), &event) != nil || !pattern.open && !strings.HasPrefix(event.Time, p.Name) {
				continue
			}
			known[message] = true
			p.Trail = append(p.Trail, event)
			text.WriteString(message + "\n")
		}
	}
	slices.SortStableFunc(p.Trail, func(a, b trailEvent) int { return strings.Compare(a.Time, b.Time) })
	return text.Bytes(), nil
}

// pattern is a pattern of CloudWatch Logs.
type pattern struct {
	text string
	open bool // the events may be of later months
}

// longestPattern is the longest pattern that CloudWatch Logs takes, in characters:
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
const longestPattern = 1024

// patterns returns the patterns of the events of a part: who read and wrote the trial's records, who started, redrove and stopped its
// executions, and who invoked the function that recorded a signature.
func patterns(p *part) []pattern {
	var keys []string
	for _, prefix := range records.Prefixes(p.Trial) {
		keys = append(keys, fmt.Sprintf(`$.requestParameters.key = "%s*"`, prefix))
	}
	all := []pattern{{text: `{ $.eventSource = "s3.amazonaws.com" && (` + strings.Join(keys, " || ") + `) }`}}
	machines := map[string]bool{}
	for _, r := range p.Runs {
		machine := r.Machine
		if machine == "" || machines[machine] || strings.ContainsAny(machine, `"*\`) {
			continue
		}
		machines[machine] = true
		execution := strings.Replace(machine, ":stateMachine:", ":execution:", 1)
		all = append(all, pattern{text: fmt.Sprintf(`{ $.eventSource = "states.amazonaws.com" && ($.requestParameters.stateMachineArn = "%s*" || $.requestParameters.executionArn = "%s:*") }`, machine, execution)})
	}
	var invocations []string
	flush := func() {
		if len(invocations) > 0 {
			all = append(all, pattern{`{ $.eventSource = "lambda.amazonaws.com" && $.eventName = "Invoke" && (` + strings.Join(invocations, " || ") + `) }`, true})
		}
		invocations = nil
	}
	for _, s := range p.Signatures() {
		for _, f := range s.Fields {
			if f.Name == "signer.invocation" && !strings.ContainsAny(f.Value, `"*\ `) {
				if invocations = append(invocations, fmt.Sprintf(`$.requestID = "%s"`, f.Value)); len(invocations) == invocationsPerPattern {
					flush()
				}
			}
		}
	}
	flush()
	return slices.DeleteFunc(all, func(p pattern) bool { return len(p.text) > longestPattern })
}

// invocationsPerPattern keeps a pattern below longestPattern: an id has 36 characters.
const invocationsPerPattern = 12

// trailNote says what the export has of the trail.
func (e *exporter) trailNote(ctx context.Context) (records.TrailNote, error) {
	if e.Trail == nil {
		return records.TrailNote{Note: e.NoTrail}, nil
	}
	note := records.TrailNote{Group: e.Trail.Group()}
	since, err := e.Trail.Since(ctx)
	if err != nil {
		return note, errors.Join(fmt.Errorf("cannot read since when the log group %s has events", note.Group), err)
	}
	since = since.UTC()
	note.Since = &since
	note.Note = "Events of earlier days are in the files of the trail's bucket only. CloudTrail delivers events without a guarantee: their absence proves nothing."
	return note, nil
}

// trailTable is the table of the trail's events.
func (p *part) trailTable() *table {
	t := newTable("trail.csv", "time", "source", "event", "by", "about", "error", "event id")
	for _, e := range p.Trail {
		t.add(e.Time, e.Source, e.Name, e.By.ARN+e.By.InvokedBy, e.About(), e.Error, e.ID)
	}
	return t
}
