package api

import (
	"strconv"
	"time"
)

// Time is a time in an answer: seconds since 1970, with milliseconds.
type Time time.Time

// TimeOf returns the time, or nil for the zero time, which an answer leaves out.
func TimeOf(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	at := Time(t)
	return &at
}

// MarshalJSON renders the time as a number.
func (t Time) MarshalJSON() ([]byte, error) { return AppendTime(nil, time.Time(t)), nil }

// AppendTime appends the number for a time.
func AppendTime(to []byte, t time.Time) []byte {
	return strconv.AppendFloat(to, float64(t.UnixMilli())/1000, 'f', -1, 64)
}
