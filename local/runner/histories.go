package runner

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/outcome"
)

// Kept says which histories a run keeps. A history has the data of an execution, with its features.
type Kept string

// The choices.
const (
	KeepAll     Kept = "all"
	KeepNotable Kept = "notable" // of executions that failed, alerted or did not decide, and of batches without a score
	KeepNone    Kept = "none"
)

const (
	// ManyHistories is the number of executions from which on a run keeps notable histories only, unless asked.
	ManyHistories = 1000

	// perFolder is the maximum number of histories in a folder, if a run has many.
	perFolder = 1000

	// HistorySize is about the size of a history, in bytes.
	HistorySize = 12 << 10
)

// Histories says how an output keeps histories.
type Histories struct {
	Keep Kept
	Many bool // in folders of 1,000 by the line of the input
}

// HistoriesOf returns how to keep the histories of a number of executions. Keep "" is the default: all of up to 1,000 executions,
// and notable ones of more.
func HistoriesOf(keep Kept, executions int) Histories {
	many := executions > ManyHistories
	switch {
	case keep != "":
	case many:
		keep = KeepNotable
	default:
		keep = KeepAll
	}
	return Histories{keep, many}
}

// keeps tells whether the history of an execution is kept.
func (h Histories) keeps(notable bool) bool {
	return h.Keep == KeepAll || h.Keep == KeepNotable && notable
}

// isNotable tells whether a person may want to see the history of an execution.
func isNotable(o *outcome.Outcome) bool {
	return o.Status != asl.Succeeded || o.Alerted || o.Decision == outcome.Undecided
}

// Path returns the path of the history of an execution, relative to the folder of the results, with slashes.
func (h Histories) Path(execution string) string {
	return path.Join(historiesFolder, h.folded(execution)) + ".json"
}

// folded adds the folder of an execution, if there are many. Its name begins with the line of its input.
func (h Histories) folded(execution string) string {
	number, _, _ := strings.Cut(execution, "-")
	line, err := strconv.Atoi(number)
	if !h.Many || err != nil {
		return execution
	}
	return fmt.Sprintf("%03d/%s", line/perFolder, execution)
}

// batch returns the name of the history of a batch within the folder of its execution.
func (h Histories) batch(r *BatchResult) string {
	name := r.Name + "-" + r.Child
	if !h.Many {
		return path.Join(r.Execution, name)
	}
	return path.Join(r.Execution, fmt.Sprintf("%03d", r.First/(perFolder*max(r.Size, 1))), name)
}
