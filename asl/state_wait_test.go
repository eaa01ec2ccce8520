package asl_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func TestWait(t *testing.T) {
	for _, row := range []struct {
		why, definition string
		took            time.Duration
	}{
		{"seconds", one(`{"Type": "Wait", "Seconds": 90, "End": true}`), 90 * time.Second},
		{"by path", one(`{"Type": "Wait", "SecondsPath": "$.s", "End": true}`), 7 * time.Second},
		{"until", one(`{"Type": "Wait", "Timestamp": "2026-01-01T01:00:00+00:30", "End": true}`), 30 * time.Minute},
		{"until, by path", one(`{"Type": "Wait", "TimestampPath": "$.t", "End": true}`), 1500 * time.Millisecond},
		{"until a time in the past", one(`{"Type": "Wait", "Timestamp": "2025-12-31T00:00:00Z", "End": true}`), 0},
		{"seconds by expression", oneJSONata(`{"Type": "Wait", "Seconds": "{% $states.input.s * 2 %}", "End": true}`), 14 * time.Second},
		{"until, by expression", oneJSONata(`{"Type": "Wait", "Timestamp": "{% $states.input.t %}", "End": true}`), 1500 * time.Millisecond},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, row.definition, `{"s": 7, "t": "2026-01-01T00:00:01.5Z"}`, asl.Options{})
			succeeds(t, x, `{"s": 7, "t": "2026-01-01T00:00:01.5Z"}`)
			took(t, x, row.took)
		})
	}
}

func TestInvalidWaits(t *testing.T) {
	located := "An error occurred while executing the state 'S' (entered at the event id #2). "
	for state, cause := range map[string]string{
		`{"Type": "Wait", "TimestampPath": "$.t", "End": true}`: "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == tomorrow",
		`{"Type": "Wait", "TimestampPath": "$.f", "End": true}`: "Wait state delay is too long.",
		`{"Type": "Wait", "SecondsPath": "$.m", "End": true}`:   "The SecondsPath parameter references a negative value: $.m == -1",
		`{"Type": "Wait", "SecondsPath": "$.h", "End": true}`:   "The SecondsPath parameter cannot be parsed as a long value: $.h == 1.5",
		`{"Type": "Wait", "SecondsPath": "$.a.b", "End": true}`: "The SecondsPath parameter does not reference an input value: $.a.b",
		`{"Type": "Wait", "TimestampPath": "$.a", "End": true}`: "The TimestampPath parameter does not reference an input value: $.a",
	} {
		fails(t, execute(t, one(state), `{"t": "tomorrow", "f": "2099-01-01T00:00:00Z", "m": -1, "h": 1.5}`, asl.Options{}), asl.ErrRuntime, located+cause)
	}
}

func TestAnInvalidTimestampInJSONata(t *testing.T) {
	for input, want := range map[string]string{`"2016-12-05 21:29:29Z"`: "2016-12-05 21:29:29Z", `5`: "5"} {
		x := execute(t, oneJSONata(`{"Type": "Wait", "Timestamp": "{% $states.input %}", "End": true}`), input, asl.Options{})
		fails(t, x, asl.ErrQueryEvaluation, "An error occurred while executing the state 'S' (entered at the event id #2). "+
			"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: "+want)
	}
}

func TestWaitFaults(t *testing.T) {
	for state, want := range map[string]string{
		`{"Type": "Wait", "End": true}`: `state "S": needs exactly one of Seconds, SecondsPath, Timestamp and TimestampPath, got 0 of them`,
		`{"Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z", "End": true}`: `state "S": needs exactly one of Seconds, SecondsPath, Timestamp and TimestampPath, got 2 of them`,
		`{"Type": "Wait", "Seconds": 1.5, "End": true}`:                                    `state "S": Seconds: must be an integer from 0 to 99999999, got 1.5`,
		`{"Type": "Wait", "Timestamp": "soon", "End": true}`:                               `state "S": Timestamp: must be a time such as 2026-01-31T12:00:00Z, got "soon"`,
	} {
		_, err := asl.Load([]byte(one(state)))
		found := false
		for _, got := range faults(err) {
			found = found || got == want
		}
		if !found {
			t.Errorf("%s: %s", state, cmp.Diff([]string{want}, faults(err)))
		}
	}
}
