package proof

import (
	"fmt"
	"time"
)

// Result is the result of a check.
type Result string

// The results.
const (
	Found        Result = "found"
	Missing      Result = "missing"        // not there, or not as it has to be
	Unverifiable Result = "not verifiable" // nobody can say, here and now
)

// Line is a check of an execution.
type Line struct {
	Check    string   `json:"check"`
	Result   Result   `json:"result"`
	Findings []string `json:"findings"` // what was found, what is missing, or why nobody can say
}

// Report is what was verified of an execution.
type Report struct {
	Execution  string     `json:"execution"`
	Name       string     `json:"name"`
	Status     string     `json:"status"`
	StartedAt  time.Time  `json:"startedAt"`
	StoppedAt  *time.Time `json:"stoppedAt,omitempty"`
	VerifiedAt time.Time  `json:"verifiedAt"`
	Program    string     `json:"program"`
	Result     Result     `json:"result"` // the worst of all lines
	Lines      []Line     `json:"lines"`
}

var severity = map[Result]int{Found: 0, Unverifiable: 1, Missing: 2}

// conclude sets the result.
func (r *Report) conclude() {
	r.Result = Found
	for _, line := range r.Lines {
		if severity[line.Result] > severity[r.Result] {
			r.Result = line.Result
		}
	}
}

// Count counts the lines with a result.
func (r *Report) Count(result Result) int {
	n := 0
	for _, line := range r.Lines {
		if line.Result == result {
			n++
		}
	}
	return n
}

// maxFindings is the maximum number of findings of a line of one result.
const maxFindings = 50

// said collects the findings of a line.
type said struct {
	result Result
	list   []string
	more   int
}

func (s *said) found(format string, values ...any)   { s.add(Found, format, values...) }
func (s *said) missing(format string, values ...any) { s.add(Missing, format, values...) }
func (s *said) unknown(format string, values ...any) { s.add(Unverifiable, format, values...) }

func (s *said) add(result Result, format string, values ...any) {
	if severity[result] > severity[s.result] {
		s.result = result
	}
	if len(s.list) == maxFindings {
		s.more++
		return
	}
	s.list = append(s.list, fmt.Sprintf(format, values...))
}

// line returns the line of a check.
func (s *said) line(check string) Line {
	if s.result == "" {
		s.result = Found
	}
	if s.more > 0 {
		s.list = append(s.list, fmt.Sprintf("and %d more", s.more))
	}
	return Line{check, s.result, s.list}
}
