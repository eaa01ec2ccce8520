package pages

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// address returns a URL with parameters: names and texts. It leaves out those that are "".
func address(path string, parameters ...any) string {
	query := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		if text := fmt.Sprint(parameters[i+1]); text != "" {
			query.Set(fmt.Sprint(parameters[i]), text)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// last returns the last part of an ARN.
func last(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// moment formats a time for people.
func moment(t time.Time) string { return t.Format("2006-01-02 15:04:05.000") }

// span formats the time between two stamps; "" while there is no second one.
func span(from, to stamp) string {
	if to == 0 {
		return ""
	}
	return duration(to.Time().Sub(from.Time()))
}

// duration formats a duration with three digits or so.
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
}

// plural returns a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// mark returns the shape that goes before a status, so that colours are not needed.
func mark(status string) string {
	switch status {
	case "RUNNING":
		return "◐"
	case "SUCCEEDED":
		return "●"
	case "ABORTED":
		return "◆"
	}
	return "▲"
}

// words returns a status for people: "timed out".
func words(status string) string { return strings.ToLower(strings.ReplaceAll(status, "_", " ")) }
