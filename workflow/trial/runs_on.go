package trial

import (
	"strconv"
	"strings"
	"time"
)

// RunsOn reports whether the schedule starts a run on a day. known is false where the expression alone does not say so: without a
// schedule, with a rate, whose days depend on when the schedule was made, and with the nearest weekday of a month (W).
func (t *Trial) RunsOn(day time.Time) (runs, known bool) {
	if t.Schedule == "rate(1 day)" {
		return true, true
	}
	fields := cronPattern.FindStringSubmatch(t.Schedule)
	if fields == nil {
		return false, false
	}
	monthDay, month, weekday, year := fields[3], fields[4], fields[5], fields[6]
	if strings.Contains(monthDay, "W") {
		return false, false
	}
	return inField(year, day.Year(), 1970, 2199, nil) && inField(month, int(day.Month()), 1, 12, monthNames) &&
		onMonthDay(monthDay, day) && onWeekday(weekday, day), true
}

// inField reports whether a value is in a field of a cron expression.
func inField(text string, value, least, most int, names []string) bool {
	for _, part := range strings.Split(text, ",") {
		match := unitPattern.FindStringSubmatch(part)
		if match == nil {
			continue
		}
		from, to := least, most
		if match[2] != "" {
			from, _ = unitValue(match[2], least, names)
			if to = from; match[4] != "" && match[3] == "" {
				to = most // 5/2: from 5 on
			}
		}
		if match[3] != "" {
			to, _ = unitValue(match[3], least, names)
		}
		step := 1
		if match[4] != "" {
			step, _ = strconv.Atoi(match[4])
		}
		if value >= from && value <= to && (value-from)%max(step, 1) == 0 {
			return true
		}
	}
	return false
}

func onMonthDay(text string, day time.Time) bool {
	switch text {
	case "?":
		return true
	case "L":
		return day.AddDate(0, 0, 1).Day() == 1
	}
	return inField(text, day.Day(), 1, 31, nil)
}

func onWeekday(text string, day time.Time) bool {
	if text == "?" {
		return true
	}
	weekday := int(day.Weekday()) + 1
	if match := nthDay.FindStringSubmatch(text); match != nil {
		if named, ok := unitValue(match[1], 1, weekdayNames); !ok || named != weekday {
			return false
		}
		if match[2] == "L" {
			return day.AddDate(0, 0, 7).Month() != day.Month()
		}
		return strconv.Itoa((day.Day()-1)/7+1) == match[2][1:]
	}
	return inField(text, weekday, 1, 7, weekdayNames)
}
