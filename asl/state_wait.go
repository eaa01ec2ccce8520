package asl

import (
	"math"
	"time"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// waitState waits for a duration or until a time.
type waitState struct {
	common
	seconds       *quantity      // nil: wait until timestamp
	timestamp     query.Template // a constant, an expression or a path
	timestampPath *query.Path    // set when timestamp is a path
}

// maxWaitSeconds is the longest wait in seconds that a definition may have.
const maxWaitSeconds = 99999999

func newWait(f *fields) state {
	s := &waitState{common: f.common("Wait")}
	s.next = f.transition()
	given := 0
	for _, name := range []string{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} {
		if f.has(name) {
			given++
		}
	}
	if given != 1 {
		f.fault("", "needs exactly one of Seconds, SecondsPath, Timestamp and TimestampPath, got %d of them", given)
	}
	s.seconds = f.quantity("Seconds", 0, maxWaitSeconds, true)
	if s.seconds == nil {
		s.timestamp, s.timestampPath = f.timestamp()
	}
	if f.jsonata {
		s.output = f.payload("Output", seesInput)
	}
	s.assign = f.assign(seesInput)
	return s
}

// timestamp reads Timestamp or TimestampPath.
func (f *fields) timestamp() (query.Template, *query.Path) {
	if !f.jsonata && f.has("TimestampPath") {
		path, _ := f.path("TimestampPath", false)
		return path, path
	}
	v, ok := f.take("Timestamp")
	if !ok {
		return nil, nil
	}
	text, isText := v.(string)
	if _, isExpression := query.ExpressionSource(text); isExpression && f.jsonata {
		return f.jsonataTemplate("Timestamp", v, seesInput), nil
	}
	if _, valid := parseTimestamp(text); !isText || !valid {
		f.fault("Timestamp", "must be a time such as 2026-01-31T12:00:00Z, got %s", value.Encode(v))
	}
	return query.Constant{Value: v}, nil
}

func (s *waitState) run(b *branch, v *visit) (any, *target, error) {
	input, err := b.effectiveInput()
	if err != nil {
		return nil, nil, located(err, v)
	}
	until, err := s.until(b.evaluating(input), b.p.Now())
	if err != nil {
		return nil, nil, located(err, v)
	}
	if err := b.sleepUntil(until); err != nil {
		return nil, nil, err
	}
	if s.jsonata {
		output, err := b.finishTemplates(s.assign, s.output, b.evaluating(v.input), v.input)
		return output, s.next, located(err, v)
	}
	if err := b.assign(s.assign, b.evaluating(input)); err != nil {
		return nil, nil, located(err, v)
	}
	output, err := s.outputPath.apply(b.evaluating(input))
	return output, s.next, located(err, v)
}

// until returns the time when the wait ends.
func (s *waitState) until(env *query.Env, now time.Time) (time.Time, error) {
	if s.seconds == nil {
		return s.timestampAfter(env, now)
	}
	seconds, err := s.delay(env)
	if err != nil {
		return now, err
	}
	if seconds > maxWaitSeconds {
		return now, runtimeFault("Wait state delay is too long.")
	}
	return now.Add(time.Duration(seconds) * time.Second), nil
}

// delay returns the seconds to wait.
func (s *waitState) delay(env *query.Env) (float64, error) {
	path := s.seconds.path
	if path == nil {
		seconds, err := s.seconds.eval(env, true)
		if err == nil && seconds < 0 {
			err = query.Unexpected(s.seconds.template, seconds, "non-negative integer")
		}
		return seconds, err
	}
	v, err := referenced(path, "SecondsPath", env)
	if err != nil {
		return 0, err
	}
	seconds, isNumber := value.Float(v)
	switch {
	case !isNumber || seconds != math.Trunc(seconds):
		return 0, runtimeFault("The SecondsPath parameter cannot be parsed as a long value: %s == %s", path.Source(), plainText(v))
	case seconds < 0:
		return 0, runtimeFault("The SecondsPath parameter references a negative value: %s == %s", path.Source(), plainText(v))
	}
	return seconds, nil
}

func (s *waitState) timestampAfter(env *query.Env, now time.Time) (time.Time, error) {
	var v any
	var err error
	if s.timestampPath != nil {
		v, err = referenced(s.timestampPath, "TimestampPath", env)
	} else {
		v, err = s.timestamp.Eval(env)
	}
	if err != nil {
		return now, err
	}
	text, _ := v.(string)
	until, ok := parseTimestamp(text)
	switch {
	case !ok && s.timestampPath != nil:
		return now, runtimeFault("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: %s == %s",
			s.timestampPath.Source(), plainText(v))
	case !ok:
		return now, &query.Error{Name: ErrQueryEvaluation, Location: "Timestamp", Cause: "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: " + plainText(v)}
	case until.Sub(now) > maxWait:
		return now, runtimeFault("Wait state delay is too long.")
	}
	return until, nil
}

// referenced returns the value of the path in a field. The fault names the field.
func referenced(path *query.Path, field string, env *query.Env) (any, error) {
	v, found, err := path.Lookup(env)
	if err == nil && !found {
		err = runtimeFault("The %s parameter does not reference an input value: %s", field, path.Source())
	}
	return v, err
}

// parseTimestamp reads an ISO 8601 date-time with an offset.
func parseTimestamp(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// plainText returns a string unchanged and other values as JSON.
func plainText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return value.Encode(v)
}
