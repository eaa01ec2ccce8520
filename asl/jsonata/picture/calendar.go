package picture

import "time"

const day = 24 * time.Hour

var months = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// days are the days of the week by their ISO numbers.
var days = [...]string{"", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

func isoDay(t time.Time) int {
	if t.Weekday() == time.Sunday {
		return 7
	}
	return int(t.Weekday())
}

func date(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// firstWeek returns the Monday of the first week of a year or month: the week with its first Thursday.
func firstWeek(first time.Time) time.Time {
	weekday := isoDay(first)
	if weekday > 4 {
		return first.Add(time.Duration(8-weekday) * day)
	}
	return first.Add(-time.Duration(weekday-1) * day)
}

func weeksBetween(start, end time.Time) int {
	n := end.Sub(start)
	if n < 0 {
		return 0
	}
	return int(n/(7*day)) + 1
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// weekOf returns the number of the week in the period that starts at first, when before and after start the periods around it.
func weekOf(t, before, first, after time.Time) int {
	today := startOfDay(t)
	switch {
	case !today.Before(firstWeek(after)):
		return 1
	case today.Before(firstWeek(first)):
		return weeksBetween(firstWeek(before), today)
	}
	return weeksBetween(firstWeek(first), today)
}

// component returns a component of a time as a number.
func component(t time.Time, c byte) int {
	switch c {
	case 'Y':
		return t.Year()
	case 'M':
		return int(t.Month())
	case 'D':
		return t.Day()
	case 'd':
		return t.YearDay()
	case 'F':
		return isoDay(t)
	case 'H':
		return t.Hour()
	case 'h':
		return (t.Hour()+11)%12 + 1
	case 'P':
		return t.Hour() / 12
	case 'm':
		return t.Minute()
	case 's':
		return t.Second()
	case 'f':
		return t.Nanosecond() / int(time.Millisecond)
	}
	return weekComponent(t, c)
}

func weekComponent(t time.Time, c byte) int {
	year, month := t.Year(), t.Month()
	switch c {
	case 'W':
		return weekOf(t, date(year-1, 1), date(year, 1), date(year+1, 1))
	case 'w':
		return weekOf(t, date(year, month-1), date(year, month), date(year, month+1))
	case 'X':
		switch today := startOfDay(t); {
		case today.Before(firstWeek(date(year, 1))):
			return year - 1
		case !today.Before(firstWeek(date(year+1, 1))):
			return year + 1
		}
		return year
	case 'x':
		switch today := startOfDay(t); {
		case today.Before(firstWeek(date(year, month))):
			return int(date(year, month-1).Month())
		case !today.Before(firstWeek(date(year, month+1))):
			return int(date(year, month+1).Month())
		}
		return int(month)
	}
	return 0
}
