package eval

import (
	"math"
	"regexp"
	"strconv"
	"time"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/picture"
)

var timeRows = []Row{
	{"now", "<s?s?:s>", 0, func(c *Call) any { return c.formatTime(float64(c.time().UnixMilli()), 0) }},
	{"millis", "<:n>", -1, func(c *Call) any { return float64(c.time().UnixMilli()) }},
	{"fromMillis", "<n-s?s?:s>", 0, fromMillis},
	{"toMillis", "<s-s?:n>", 0, toMillis},
}

// formatTime writes a time by the picture and the zone that the arguments from i on give.
func (c *Call) formatTime(millis float64, i int) any {
	zone, _ := c.Text(i + 1)
	text, ok := c.Text(i)
	if !ok {
		return picture.FormatTime(millis, nil, zone)
	}
	c.step(len(text))
	return picture.FormatTime(millis, &text, zone)
}

func fromMillis(c *Call) any {
	millis, ok := c.Number(0)
	if !ok {
		return undefined
	}
	return c.formatTime(millis, 1)
}

// timestamp is the part of ISO 8601 that the language reads.
var timestamp = regexp.MustCompile(`^(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$`)

func toMillis(c *Call) any {
	text, ok := c.Text(0)
	if !ok {
		return undefined
	}
	if format, ok := c.Text(1); ok {
		c.step(len(format) + len(text))
		millis, ok := picture.ParseTime(text, format, c.time().UTC())
		if !ok {
			return undefined
		}
		return millis
	}
	millis, ok := parseTimestamp(text)
	if !ok {
		panic(fault.New("D3110", text))
	}
	return millis
}

// parseTimestamp reads a timestamp. One without a zone is in UTC. It is NaN for a day or an hour that does not exist.
func parseTimestamp(text string) (float64, bool) {
	parts := timestamp.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	number := func(i, otherwise int) int {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return otherwise
		}
		return n
	}
	month, day, hour := number(2, 1), number(3, 1), number(4, 0)
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 {
		return math.NaN(), true
	}
	t := time.Date(number(1, 0), time.Month(month), day, hour, number(5, 0), number(6, 0), 0, time.UTC)
	fraction, _ := strconv.ParseFloat("0"+parts[7], 64)
	millis := float64(t.UnixMilli()) + math.Floor(fraction*1000+1e-9)
	if zone := parts[8]; len(zone) > 1 {
		hours, _ := strconv.Atoi(zone[1:3])
		minutes, _ := strconv.Atoi(zone[len(zone)-2:])
		offset := float64(hours*60+minutes) * 60_000
		if zone[0] == '-' {
			offset = -offset
		}
		millis -= offset
	}
	return millis, true
}
