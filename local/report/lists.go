package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"clinical-risk-pipeline/local/outcome"
)

// list keeps its first items and counts the others.
type list[T any] struct {
	Items []T
	More  int
}

func (l *list[T]) add(items ...T) {
	for _, item := range items {
		if len(l.Items) == maxItems {
			l.More++
			continue
		}
		l.Items = append(l.Items, item)
	}
}

// Count is the number of all items.
func (l *list[T]) Count() int { return len(l.Items) + l.More }

// subjectRow is a subject at high risk.
type subjectRow struct {
	Subject, TrialID string
	Batch            string // in a cohort only
	Score            *float64
	Alerted          bool
}

// maxCauses is the maximum number of causes with a row of their own.
const maxCauses = 100

// failures groups failed executions by error, state and cause.
type failures map[failureKey]*list[failed]

// failed is a subject or cohort whose execution failed.
type failed struct{ Who, Execution string }

type failureKey struct{ Error, State, Cause string }

// failureGroup is a row of the page's table.
type failureGroup struct {
	failureKey
	Subjects *list[failed]
}

func (f failures) add(e *outcome.Ending, who string) {
	key := failureKey{e.ErrorName(), e.FailedIn, *e.Cause}
	if f[key] == nil && len(f) >= maxCauses {
		key.Cause = "Other causes: see executions.jsonl."
	}
	if f[key] == nil {
		f[key] = &list[failed]{}
	}
	f[key].add(failed{who, e.Execution})
}

// groups returns the rows, the most frequent first.
func (f failures) groups() []failureGroup {
	var groups []failureGroup
	for key, subjects := range f {
		groups = append(groups, failureGroup{key, subjects})
	}
	slices.SortFunc(groups, func(a, b failureGroup) int {
		return cmp.Or(b.Subjects.Count()-a.Subjects.Count(), cmp.Compare(a.Error, b.Error), cmp.Compare(a.State, b.State),
			cmp.Compare(a.Cause, b.Cause))
	})
	return groups
}

// retries counts the executions that retried and their retries, by state.
type retries map[string]*retryRow

type retryRow struct {
	State               string
	Executions, Retries int
}

func (r retries) add(e *outcome.Ending) {
	for _, retry := range e.Retries {
		if r[retry.State] == nil {
			r[retry.State] = &retryRow{State: retry.State}
		}
		r[retry.State].Executions++
		r[retry.State].Retries += retry.Count
	}
}

func (r retries) rows() []retryRow {
	var rows []retryRow
	for _, row := range r {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b retryRow) int { return cmp.Compare(a.State, b.State) })
	return rows
}

// moment formats a virtual time.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// duration formats a virtual duration, to the second, or to the millisecond below a minute.
func duration(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(whole))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// formatScore formats a score with four decimals, or with more if it needs them to stay on its side of the threshold.
func formatScore(score *float64, threshold float64) string {
	if score == nil {
		return "–"
	}
	for decimals := 4; decimals < 17; decimals++ {
		shown := strconv.FormatFloat(*score, 'f', decimals, 64)
		if value, err := strconv.ParseFloat(shown, 64); err == nil && (value > threshold) == (*score > threshold) {
			return shown
		}
	}
	return formatExact(*score)
}

// formatExact formats a number with all its decimals.
func formatExact(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
