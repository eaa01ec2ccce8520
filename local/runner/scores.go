package runner

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/local/outcome"
)

// scoresFile has a row for each subject. It opens in a spreadsheet.
const scoresFile = "scores.csv"

var scoresHeader = []string{"subject", "trial", "risk_score", "decision", "reason"}

// scores renders rows of the table, with its header for the first ones.
func scores(header bool, rows ...[]string) ([]byte, error) {
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	if header {
		rows = append([][]string{scoresHeader}, rows...)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = plain.Cell(row[i])
		}
		if err := table.Write(row); err != nil {
			return nil, err
		}
	}
	table.Flush()
	return out.Bytes(), table.Error()
}

func scoreText(score *float64) string {
	if score == nil {
		return ""
	}
	return strconv.FormatFloat(*score, 'f', -1, 64)
}

// scoreRow is the row of the execution of one subject.
func scoreRow(o *outcome.Outcome) []string {
	reason := ""
	if o.Error != nil {
		reason = o.ErrorName() + " in " + o.FailedIn
	}
	return []string{o.Subject, o.TrialID, scoreText(o.RiskScore), string(o.Decision), reason}
}

// scoreRows are the rows of a cohort.
func scoreRows(r *CohortResult) [][]string {
	rows := make([][]string, len(r.Subjects))
	for i := range r.Subjects {
		s := &r.Subjects[i]
		rows[i] = []string{s.Subject, r.Outcome.TrialID, scoreText(s.RiskScore), string(s.Decision), s.Reason}
	}
	return rows
}
