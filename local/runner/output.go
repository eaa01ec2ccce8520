package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// The files of an output folder. Those from operationsFile to subjectsFile exist only if they have lines.
const (
	executionsFile  = "executions.jsonl"
	alertsFile      = "alerts.jsonl"
	operationsFile  = "operations.jsonl"
	approvalsFile   = "approvals.jsonl"
	downstreamFile  = "downstream.jsonl"
	subjectsFile    = "subjects.jsonl"
	historiesFolder = "histories"
	logsFolder      = "logs"
	objectsFolder   = "s3"
	reportFile      = "report.html"
)

// Output is the folder for the results of a run. Only its owner can read it: scores are health data, and the histories, objects,
// and logs with execution data also hold features.
type Output struct {
	dir     string // absolute
	lock    *flock.Flock
	kept    Histories
	logName string              // the log group's file; "" without one
	files   map[string]*os.File // the open files by name
}

// OpenOutput creates the folder, or removes the results of an earlier run from it. It refuses a folder that another run uses, and one
// with files that no run wrote. Folders with other names may be in it, such as the results of other runs.
func OpenOutput(dir, logGroup string) (*Output, error) {
	dir, err := Folder(dir)
	if err != nil {
		return nil, err
	}
	lock, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	o := &Output{dir: dir, lock: lock, files: map[string]*os.File{}, kept: Histories{Keep: KeepAll}}
	header, err := scores(true)
	faults := []error{err, os.Mkdir(filepath.Join(dir, historiesFolder), 0o700), o.append(scoresFile, header), o.append(executionsFile, nil), o.append(alertsFile, nil)}
	if logGroup != "" {
		o.logName = filepath.Join(logsFolder, strings.ReplaceAll(strings.Trim(logGroup, "/"), "/", "-")+".jsonl")
		faults = append(faults, o.append(o.logName, nil))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// Keep says which histories to keep. Default: all.
func (o *Output) Keep(histories Histories) { o.kept = histories }

func open(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

// Objects returns the folder, in an output folder, for the objects that executions put into S3.
func Objects(dir string) string { return filepath.Join(dir, objectsFolder) }

// Report returns the path of the report.
func (o *Output) Report() string { return filepath.Join(o.dir, reportFile) }

// Write writes the result of one subject.
func (o *Output) Write(r *Result) error {
	row, err := scores(false, scoreRow(r.Outcome))
	if err != nil {
		return err
	}
	if err := o.append(scoresFile, row); err != nil {
		return err
	}
	return o.write(r.Outcome.Execution, isNotable(r.Outcome), r.Files, r.Effects, r.Outcome)
}

// WriteCohort writes the result of a cohort. WriteBatch wrote its batches.
func (o *Output) WriteCohort(r *CohortResult) error {
	lines, err := encode(r.Subjects)
	if err != nil {
		return err
	}
	rows, err := scores(false, scoreRows(r)...)
	if err != nil {
		return err
	}
	return errors.Join(writeWhole(filepath.Join(o.dir, subjectsFile), lines), o.append(scoresFile, rows),
		o.write(r.Outcome.Execution, true, r.Files, r.Effects, r.Outcome))
}

// WriteBatch writes the history and the log of a batch.
func (o *Output) WriteBatch(r *BatchResult) error {
	return o.inspect(o.kept.batch(r), r.Reason != "", r.Files)
}

// write writes the result of an execution: the history, whole or not at all, then complete lines, the execution's line last.
func (o *Output) write(execution string, notable bool, files Files, effects Effects, line any) error {
	if err := o.inspect(o.kept.folded(execution), notable, files); err != nil {
		return err
	}
	for _, lines := range []struct {
		name    string
		encoded func() ([]byte, error)
	}{
		{alertsFile, func() ([]byte, error) { return encode(effects.Alerts) }},
		{operationsFile, func() ([]byte, error) { return encode(effects.Operations) }},
		{approvalsFile, func() ([]byte, error) { return encode(effects.Approvals) }},
		{downstreamFile, func() ([]byte, error) { return encode(effects.Downstream) }},
		{executionsFile, func() ([]byte, error) { return encode([]any{line}) }}, // its line means that the others are complete
	} {
		text, err := lines.encoded()
		if err == nil && len(text) > 0 {
			err = o.append(lines.name, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inspect writes the history of an execution, if it is kept, and the log.
func (o *Output) inspect(history string, notable bool, files Files) error {
	if o.kept.keeps(notable) {
		if err := writeWhole(filepath.Join(o.dir, historiesFolder, filepath.FromSlash(history)+".json"), files.History); err != nil {
			return err
		}
	}
	if o.logName == "" || len(files.Log) == 0 {
		return nil
	}
	return o.append(o.logName, files.Log)
}

// append adds lines to a file of the folder. It creates the file.
func (o *Output) append(name string, lines []byte) error {
	file := o.files[name]
	if file == nil {
		var err error
		if file, err = open(filepath.Join(o.dir, name)); err != nil {
			return err
		}
		o.files[name] = file
	}
	_, err := file.Write(lines)
	return err
}

// writeWhole writes a whole file or none, even if the process is killed.
func writeWhole(path string, text []byte) error {
	return create(path, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// create writes a file that gets its name when it is complete.
func create(path string, write func(io.Writer) error) error {
	file, err := open(path + unfinishedSuffix)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Rename(file.Name(), path)
}

// encode writes one value on each line.
func encode[T any](values []T) ([]byte, error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, value := range values {
		if err := encoder.Encode(value); err != nil {
			return nil, err
		}
	}
	return lines.Bytes(), nil
}

// WriteReport writes a complete report or none.
func (o *Output) WriteReport(write func(io.Writer) error) error { return create(o.Report(), write) }

// Close closes the files, and then lets other runs use the folder.
func (o *Output) Close() error {
	var faults []error
	for _, file := range o.files {
		faults = append(faults, file.Close())
	}
	return errors.Join(append(faults, o.lock.Close())...)
}
