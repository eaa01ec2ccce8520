package report

import (
	"cmp"
	"slices"

	"clinical-risk-pipeline/local/outcome"
)

// cohort is the data of the page about the execution of a cohort.
type cohort struct {
	*outcome.Cohort
	lost map[string]*lostRow
}

// lostRow has the subjects without a score for one reason.
type lostRow struct {
	Reason   string
	Subjects list[string]
}

// lose adds a subject without a score.
func (c *cohort) lose(s *outcome.Subject) {
	if c.lost == nil {
		c.lost = map[string]*lostRow{}
	}
	reason := s.Reason
	if c.lost[reason] == nil && len(c.lost) >= maxCauses {
		reason = "Other reasons: see subjects.jsonl."
	}
	if c.lost[reason] == nil {
		c.lost[reason] = &lostRow{Reason: reason}
	}
	c.lost[reason].Subjects.add(s.Subject)
}

// Lost returns the rows of subjects without a score, the most frequent reason first.
func (c *cohort) Lost() []*lostRow {
	var rows []*lostRow
	for _, row := range c.lost {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b *lostRow) int {
		return cmp.Or(b.Subjects.Count()-a.Subjects.Count(), cmp.Compare(a.Reason, b.Reason))
	})
	return rows
}

// Complete tells whether every subject has a score.
func (c *cohort) Complete() bool { return c.NotScored == 0 }

// Contradicts tells whether the execution succeeded with other counts than the decision records have.
func (c *cohort) Contradicts() bool { return c.Contradiction() != nil }

// Differs tells whether the pipeline's own counts differ from the decision records.
func (c *cohort) Differs() bool { return c.MapRun.Counted == nil || *c.MapRun.Counted != c.Coverage }
