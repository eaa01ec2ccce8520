package trial

import (
	"testing"
	"time"
)

func TestTheDaysOfASchedule(t *testing.T) {
	for _, row := range []struct {
		reason, schedule, day string
		runs, known           bool
	}{
		{"every day", "cron(0 3 * * ? *)", "2026-03-02", true, true},
		{"a rate of a day", "rate(1 day)", "2026-03-02", true, true},
		{"a rate begins some day", "rate(2 days)", "2026-03-02", false, false},
		{"no schedule", "", "2026-03-02", false, false},
		{"Monday to Friday, a Monday", "cron(0 3 ? * MON-FRI *)", "2026-03-02", true, true},
		{"Monday to Friday, a Sunday", "cron(0 3 ? * MON-FRI *)", "2026-03-01", false, true},
		{"days by number: 1 is Sunday", "cron(0 3 ? * 1,4 *)", "2026-03-01", true, true},
		{"days by number: not Monday", "cron(0 3 ? * 1,4 *)", "2026-03-02", false, true},
		{"every other day of the month", "cron(0 3 1/2 * ? *)", "2026-03-03", true, true},
		{"and not the ones between", "cron(0 3 1/2 * ? *)", "2026-03-04", false, true},
		{"the last day of a month", "cron(0 3 L * ? *)", "2026-02-28", true, true},
		{"not the day before", "cron(0 3 L * ? *)", "2026-02-27", false, true},
		{"the nearest weekday", "cron(0 3 15W * ? *)", "2026-03-16", false, false},
		{"the second Monday", "cron(0 3 ? * MON#2 *)", "2026-03-09", true, true},
		{"not the first", "cron(0 3 ? * MON#2 *)", "2026-03-02", false, true},
		{"the last Friday", "cron(0 3 ? * FRIL *)", "2026-03-27", true, true},
		{"not the one before", "cron(0 3 ? * FRIL *)", "2026-03-20", false, true},
		{"another month", "cron(0 3 * JAN ? *)", "2026-03-02", false, true},
		{"another year", "cron(0 3 * * ? 2027)", "2026-03-02", false, true},
	} {
		day, err := time.Parse(time.DateOnly, row.day)
		if err != nil {
			t.Fatal(err)
		}
		trial := &Trial{Schedule: row.schedule}
		if runs, known := trial.RunsOn(day); runs != row.runs || known != row.known {
			t.Errorf("%s: %s on %s: got %v, %v", row.reason, row.schedule, row.day, runs, known)
		}
	}
}
