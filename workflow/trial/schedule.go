package trial

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/document"
)

// timeZone reads the zone of the trial's days.
func (r *reader) timeZone() string {
	const rule = "must be the name of a time zone, such as Europe/Berlin"
	n := r.value("timeZone", document.Text, rule, false)
	if n == nil {
		return "UTC"
	}
	if _, err := time.LoadLocation(n.Text); err != nil || n.Text == "" || n.Text == "Local" {
		r.wrong("timeZone", rule)
		return "UTC"
	}
	return n.Text
}

// scheduleRule describes the schedules that start one run a day at most: a data cut is a day, and is scored once.
const scheduleRule = "must be rate(1 day), rate(N days), or cron(MINUTE HOUR DAY MONTH WEEKDAY YEAR) with one minute and one hour"

var (
	ratePattern  = regexp.MustCompile(`^rate\((1 day|([2-9]|[1-9][0-9]) days)\)$`)
	cronPattern  = regexp.MustCompile(`^cron\(([^ ()]+) ([^ ()]+) ([^ ()]+) ([^ ()]+) ([^ ()]+) ([^ ()]+)\)$`)
	unitPattern  = regexp.MustCompile(`^(?:(\*)|([A-Z0-9]+)(?:-([A-Z0-9]+))?)(?:/([0-9]+))?$`)
	lastDay      = regexp.MustCompile(`^(L|LW|([1-9]|[12][0-9]|3[01])W)$`)
	nthDay       = regexp.MustCompile(`^([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])$`)
	monthNames   = strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")
	weekdayNames = strings.Fields("SUN MON TUE WED THU FRI SAT")
)

// schedule reads the schedule in the syntax of EventBridge Scheduler:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func (r *reader) schedule() string {
	n := r.value("schedule", document.Text, scheduleRule, false)
	if n == nil {
		return ""
	}
	if ratePattern.MatchString(n.Text) {
		return n.Text
	}
	fields := cronPattern.FindStringSubmatch(n.Text)
	if fields == nil {
		r.wrong("schedule", scheduleRule)
		return ""
	}
	if problem := cron(fields[1:]); problem != "" {
		r.wrong("schedule", problem)
	}
	return n.Text
}

// cutMoves says why a schedule does not give each of its days a data cut of its own: a cut is the day in UTC on which a run starts, and at
// that hour the clocks of the zone change the day in UTC. It returns "" if they do not.
func cutMoves(schedule, zone string) string {
	match := cronPattern.FindStringSubmatch(schedule)
	location, err := time.LoadLocation(zone)
	if match == nil || err != nil {
		return ""
	}
	minute, minuteErr := strconv.Atoi(match[1])
	hour, hourErr := strconv.Atoi(match[2])
	if minuteErr != nil || hourErr != nil {
		return ""
	}
	same := -1
	for month := range 12 { // the offsets of a year
		local := time.Date(offsetsOf, time.Month(month+1), 15, hour, minute, 0, 0, location)
		day := local.UTC().Day()
		if same >= 0 && day != same {
			return fmt.Sprintf("must have an hour at which it is the same day in UTC in summer and in winter: a data cut is a day in UTC, and at %02d:%02d %s "+
				"the change of the clocks would leave one out and claim another one twice", hour, minute, zone)
		}
		same = day
	}
	return ""
}

// offsetsOf is a year whose offsets from UTC stand for those of each year.
const offsetsOf = 2026

// cron returns what is wrong in the fields of a cron expression, or "".
func cron(fields []string) string {
	day, weekday := fields[2], fields[4]
	units := []struct {
		name        string
		least, most int
		names       []string
		special     *regexp.Regexp
	}{
		{"minute", 0, 59, nil, nil}, {"hour", 0, 23, nil, nil}, {"day of the month", 1, 31, nil, lastDay}, {"month", 1, 12, monthNames, nil},
		{"day of the week", 1, 7, weekdayNames, nthDay}, {"year", 1970, 2199, nil, nil},
	}
	for i, unit := range units {
		if i < 2 {
			if value, err := strconv.Atoi(fields[i]); err != nil || value < unit.least || value > unit.most {
				return fmt.Sprintf("must have one %s from %d to %d, because a data cut is a day and is scored once", unit.name, unit.least, unit.most)
			}
			continue
		}
		if fields[i] == "?" && (i == 2 || i == 4) || unit.special != nil && unit.special.MatchString(fields[i]) {
			continue
		}
		for _, part := range strings.Split(fields[i], ",") {
			if !inUnit(part, unit.least, unit.most, unit.names) {
				return fmt.Sprintf("must have a %s of EventBridge Scheduler", unit.name)
			}
		}
	}
	if (day == "?") == (weekday == "?") {
		return "must have ? as the day of the month or as the day of the week, and not as both"
	}
	return ""
}

// inUnit reports whether a part of a field is *, a value or a range, each with or without a step.
func inUnit(part string, least, most int, names []string) bool {
	match := unitPattern.FindStringSubmatch(part)
	if match == nil {
		return false
	}
	from, to := least, most
	for at, text := range map[*int]string{&from: match[2], &to: match[3]} {
		if text == "" {
			continue
		}
		value, ok := unitValue(text, least, names)
		if !ok || value < least || value > most {
			return false
		}
		*at = value
	}
	step, err := strconv.Atoi(match[4])
	return (match[4] == "" || err == nil && step >= 1 && step <= most) && from <= to
}

// unitValue returns the number of a value, which may have a name.
func unitValue(text string, least int, names []string) (int, bool) {
	for i, name := range names {
		if name == text {
			return least + i, true
		}
	}
	value, err := strconv.Atoi(text)
	return value, err == nil
}

// longestGap is the longest time between runs that an alarm can watch: CloudWatch looks back seven days.
const longestGap = 7 * 24 * time.Hour

// RunEvery returns the longest time between two runs by the schedule, seven days at most; 0 without a schedule.
func (t *Trial) RunEvery() time.Duration {
	const day = 24 * time.Hour
	if match := ratePattern.FindStringSubmatch(t.Schedule); match != nil {
		days, err := strconv.Atoi(strings.TrimSuffix(match[1], " days"))
		if err != nil {
			days = 1 // "1 day"
		}
		return min(time.Duration(days)*day, longestGap)
	}
	match := cronPattern.FindStringSubmatch(t.Schedule)
	if match == nil {
		return 0
	}
	monthDays, months, weekdays := match[3], match[4], match[5]
	if months != "*" || monthDays != "*" && monthDays != "?" {
		return longestGap
	}
	return gapOfWeek(weekdays)
}

// gapOfWeek returns the longest time between two of the days of the week of a schedule.
func gapOfWeek(field string) time.Duration {
	if field == "*" || field == "?" {
		return 24 * time.Hour
	}
	var runs [7]bool
	for _, part := range strings.Split(field, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, ok := unitValue(from, 1, weekdayNames)
		last := first
		if isRange && ok {
			last, ok = unitValue(to, 1, weekdayNames)
		}
		if !ok { // a step, or the last or nth of a month
			return longestGap
		}
		for at := first; at <= last; at++ {
			runs[at-1] = true
		}
	}
	longest, since := 0, 0
	for at := range 14 {
		since++
		if runs[at%7] {
			longest, since = max(longest, since), 0
		}
	}
	return min(time.Duration(longest)*24*time.Hour, longestGap)
}
