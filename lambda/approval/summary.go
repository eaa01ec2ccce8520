package approval

import (
	"cmp"
	"encoding/json"
	"slices"

	"clinical-risk-pipeline/internal/strictjson"
)

// Summary is what the records to review say: the counts, and who is at high risk. A person sees it before they sign.
type Summary struct {
	Scored    int        `json:"scored"`
	High      int        `json:"high"`
	NotScored int        `json:"notScored"`
	Subjects  []HighRisk `json:"subjects"`          // those at high risk, the highest score first; at most 10,000
	Unknown   []string   `json:"unknown,omitempty"` // the keys of objects that are not decision records
}

// HighRisk is a subject whose decision record says "alert".
type HighRisk struct {
	Subject string  `json:"subject"` // the pseudonymous id
	Score   float64 `json:"score"`
}

// maximumSubjects is the largest number of subjects in a summary. Lambda answers with at most 6 MB.
const maximumSubjects = 10_000

// alertBranch is the branch of a decision record that is at high risk.
const alertBranch = "alert"

// add adds an object to the summary. An object that is not a decision record is unknown.
func (s *Summary) add(key string, body []byte) {
	var record struct {
		Subjects *[]struct {
			HighRisk
			Branch string `json:"branch"`
		} `json:"subjects"`
		NotScored *[]json.RawMessage `json:"notScored"`
	}
	if err := strictjson.Unmarshal(body, &record); err != nil || record.Subjects == nil || record.NotScored == nil {
		s.Unknown = append(s.Unknown, key)
		return
	}
	s.Scored += len(*record.Subjects)
	s.NotScored += len(*record.NotScored)
	for _, subject := range *record.Subjects {
		if subject.Branch == alertBranch {
			s.Subjects = append(s.Subjects, subject.HighRisk)
		}
	}
}

// summarize adds up the summaries of all objects.
func summarize(objects []Summary) *Summary {
	total := &Summary{Subjects: []HighRisk{}}
	for _, o := range objects {
		total.Scored, total.NotScored = total.Scored+o.Scored, total.NotScored+o.NotScored
		total.Subjects, total.Unknown = append(total.Subjects, o.Subjects...), append(total.Unknown, o.Unknown...)
	}
	slices.SortStableFunc(total.Subjects, func(a, b HighRisk) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Subject, b.Subject))
	})
	total.High = len(total.Subjects)
	total.Subjects = total.Subjects[:min(total.High, maximumSubjects)]
	return total
}
