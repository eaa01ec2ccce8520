package jsonata

import (
	"math"
	"strings"
	"time"
)

// isoTime is the format of a time in JSONata without a picture.
const isoTime = "2006-01-02T15:04:05.000Z"

func plainNow(e *evaluation, _ []any) (any, bool) { return isoTimeOf(e.runtime.now()) }

// isoTimeOf gives up if the year does not have four digits.
func isoTimeOf(t time.Time) (any, bool) {
	t = t.UTC()
	return t.Format(isoTime), t.Year() >= 1000 && t.Year() <= 9999
}

// plainToMillis reads a full UTC time, with or without milliseconds.
func plainToMillis(v any) (any, bool) {
	text, ok := v.(string)
	if !ok || len(text) != len(isoTime) && len(text) != len("2006-01-02T15:04:05Z") {
		return nil, false
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || text[len(text)-1] != 'Z' || strings.Contains(text, ",") {
		return nil, false
	}
	return float64(t.UnixMilli()), t.Year() >= 1000
}

func plainFromMillis(v any) (any, bool) {
	millis, ok := v.(float64)
	if !ok || millis != math.Trunc(millis) || math.Abs(millis) > 1e15 {
		return nil, false
	}
	return isoTimeOf(time.UnixMilli(int64(millis)))
}
