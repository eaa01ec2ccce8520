package approval

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// Cases are what a request asks about: the subjects whom a person decides about, and the counts of the run.
type Cases struct {
	Scored    int      `json:"scored"`
	High      int      `json:"high"`
	NotScored int      `json:"notScored"`
	Subjects  []Case   `json:"subjects"`          // the highest risk first; at most MostCases
	Unlisted  int      `json:"unlisted"`          // how many more there are: a person can only reject all
	Unknown   []string `json:"unknown,omitempty"` // the keys of objects that are not decision records
}

// MostCases is how many subjects a person can approve at once. A run with more is rejected as a whole: nobody can judge so many, and an
// execution reads their names in one state.
const MostCases = 500

// Case is a subject whom a person decides about.
type Case struct {
	Subject string   `json:"subject"` // the pseudonymous id
	Site    string   `json:"site,omitempty"`
	Score   float64  `json:"score"`
	Reasons []Reason `json:"reasons,omitempty"` // what moved the score most

	// The alert, where the trial has a registry.
	Alert   string `json:"alert,omitempty"` // its id
	Band    string `json:"band,omitempty"`  // the name of the risk's band
	News    string `json:"news,omitempty"`  // what is new: opened, worsened or resumed
	History []Past `json:"history,omitempty"`

	model string
}

// Reason is a feature that moved a score, by how much in log odds.
type Reason struct {
	Feature      string  `json:"feature"`
	Contribution float64 `json:"contribution"`
}

// Past is something that happened to a subject's alerts before.
type Past struct {
	Day  string `json:"day"`
	What string `json:"what"` // the kinds of an event's changes
	Band string `json:"band,omitempty"`
}

// longestHistory is how many earlier events a person is shown of a subject: the newest.
const longestHistory = 6

// read reads what a decision record says. An object that is not a decision record is unknown.
func (c *Cases) read(key string, body []byte) {
	var record struct {
		Model struct {
			Endpoint string `json:"endpoint"`
		} `json:"model"`
		Subjects *[]struct {
			Subject string   `json:"subject"`
			Site    string   `json:"site"`
			Score   float64  `json:"score"`
			Reasons []Reason `json:"reasons"`
			Branch  string   `json:"branch"`
		} `json:"subjects"`
		NotScored *[]json.RawMessage `json:"notScored"`
	}
	if err := strictjson.Unmarshal(body, &record); err != nil || record.Subjects == nil || record.NotScored == nil {
		c.Unknown = append(c.Unknown, key)
		return
	}
	c.Scored += len(*record.Subjects)
	c.NotScored += len(*record.NotScored)
	for _, subject := range *record.Subjects {
		if subject.Branch == workflow.AlertBranch {
			c.Subjects = append(c.Subjects, Case{
				Subject: subject.Subject, Site: subject.Site, Score: subject.Score, Reasons: subject.Reasons, model: record.Model.Endpoint,
			})
		}
	}
}

// collect adds up what all records say. A subject who occurs twice is one case, with the higher score.
func collect(records []Cases) *Cases {
	total := &Cases{Subjects: []Case{}}
	for _, r := range records {
		total.Scored, total.NotScored = total.Scored+r.Scored, total.NotScored+r.NotScored
		total.Subjects, total.Unknown = append(total.Subjects, r.Subjects...), append(total.Unknown, r.Unknown...)
	}
	total.High = len(total.Subjects)
	slices.SortStableFunc(total.Subjects, func(a, b Case) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Subject, b.Subject))
	})
	seen := map[string]bool{}
	total.Subjects = slices.DeleteFunc(total.Subjects, func(c Case) bool {
		twice := seen[c.Subject]
		seen[c.Subject] = true
		return twice
	})
	return total
}

// limit keeps the first subjects.
func (c *Cases) limit() {
	c.Unlisted = max(len(c.Subjects)-MostCases, 0)
	c.Subjects = c.Subjects[:len(c.Subjects)-c.Unlisted]
}

// news are the changes that a person decides about.
var news = []alert.Kind{alert.Opened, alert.Worsened, alert.Resumed}

// keepNews keeps the subjects of whose alerts the execution made something new, with what happened to them before.
func (r Records) keepNews(ctx context.Context, c *Cases, trialID, execution string) error {
	fresh := make([]bool, len(c.Subjects))
	err := each(len(c.Subjects), func(i int) (err error) {
		fresh[i], err = r.addAlert(ctx, &c.Subjects[i], trialID, execution)
		return err
	})
	var kept []Case
	for i, subject := range c.Subjects {
		if fresh[i] {
			kept = append(kept, subject)
		}
	}
	c.Subjects = kept
	return err
}

// addAlert reads the events of a subject's alerts as far as the one of the execution, and reports whether that one has news.
func (r Records) addAlert(ctx context.Context, c *Case, trialID, execution string) (fresh bool, err error) {
	item := alert.Item{Trial: trialID, Model: c.model, Subject: c.Subject}
	keys, err := r.Objects.List(ctx, item.Events())
	if err != nil {
		return false, err
	}
	slices.Sort(keys)
	var history []Past
	for _, key := range keys {
		body, _, err := r.Objects.Read(ctx, key)
		if err != nil {
			return false, err
		}
		event, err := alert.ReadEvent(key, body)
		if err != nil {
			return false, err
		}
		if event.Run != execution {
			history = append(history, pastOf(event))
			continue
		}
		for _, change := range event.Changes {
			if slices.Contains(news, change.Kind) && event.After.Alert != nil {
				c.Alert, c.Band, c.News = event.After.Alert.ID, change.Band, string(change.Kind)
				c.History = history[max(len(history)-longestHistory, 0):]
				return true, nil
			}
		}
		return false, nil
	}
	return false, nil
}

func pastOf(e *alert.Event) Past {
	past := Past{Day: e.Day}
	for _, change := range e.Changes {
		if past.What != "" {
			past.What += ", "
		}
		past.What += string(change.Kind)
		past.Band = cmp.Or(change.Band, past.Band)
	}
	return past
}
