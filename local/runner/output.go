package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The files of an output folder.
const (
	executionsFile  = "executions.jsonl"
	alertsFile      = "alerts.jsonl"
	historiesFolder = "histories"
	logsFolder      = "logs"
	objectsFolder   = "s3"
	reportFile      = "report.html"
	markerFile      = ".clinicalrisk" // tells that a run wrote the folder, and another may replace what it wrote
)

// Output is the folder that a run writes. All of it is readable by its owner only: scores are health data, and the
// histories, objects, and logs with execution data hold features as well.
type Output struct {
	dir        string
	executions *os.File
	alerts     *os.File
	log        *os.File // nil without a log group
}

// OpenOutput makes the folder, or replaces what an earlier run wrote there. It refuses a folder that holds anything else.
func OpenOutput(dir, logGroup string) (*Output, error) {
	if err := prepare(dir); err != nil {
		return nil, err
	}
	o := &Output{dir: dir}
	var faults [4]error
	o.executions, faults[0] = create(filepath.Join(dir, executionsFile))
	o.alerts, faults[1] = create(filepath.Join(dir, alertsFile))
	faults[2] = os.Mkdir(filepath.Join(dir, historiesFolder), 0o700)
	if logGroup != "" {
		name := strings.ReplaceAll(strings.Trim(logGroup, "/"), "/", "-") + ".jsonl"
		o.log, faults[3] = create(filepath.Join(dir, logsFolder, name))
	}
	if err := errors.Join(faults[:]...); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// prepare makes the folder empty, but for the marker.
func prepare(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot write results to %s (%w): name another folder with --out", dir, err)
	}
	marker := filepath.Join(dir, markerFile)
	if _, err := os.Stat(marker); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s holds files that no run wrote: name a new or empty folder with --out", dir)
	}
	for _, name := range []string{executionsFile, alertsFile, historiesFolder, logsFolder, objectsFolder, reportFile} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot write results to %s (%w): name another folder with --out", dir, err)
	}
	note := []byte("clinicalrisk run wrote this folder, and replaces what is in it when it runs again.\n")
	if err := os.WriteFile(marker, note, 0o600); err != nil {
		return fmt.Errorf("cannot write results to %s (%w): name another folder with --out", dir, err)
	}
	return nil
}

func create(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

// Objects is the folder, in an output folder, for the objects that executions put into S3. It need not exist.
func Objects(dir string) string { return filepath.Join(dir, objectsFolder) }

// Report is the path of the report.
func (o *Output) Report() string { return filepath.Join(o.dir, reportFile) }

// Write writes a result. Each file gets complete lines in one write, so that an interruption leaves no half line behind.
func (o *Output) Write(r *Result) error {
	path := filepath.Join(o.dir, historiesFolder, r.Outcome.Execution+".json")
	if err := os.WriteFile(path, r.History, 0o600); err != nil {
		return err
	}
	if o.log != nil && len(r.Log) > 0 {
		if _, err := o.log.Write(r.Log); err != nil {
			return err
		}
	}
	for _, n := range r.Notifications {
		if err := writeLine(o.alerts, n); err != nil {
			return err
		}
	}
	return writeLine(o.executions, r.Outcome)
}

func writeLine(w io.Writer, value any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(line.Bytes())
	return err
}

// WriteReport writes the report in one step: there is a whole one or none.
func (o *Output) WriteReport(write func(io.Writer) error) error {
	unfinished := o.Report() + ".tmp"
	file, err := create(unfinished)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(unfinished))
	}
	return os.Rename(unfinished, o.Report())
}

// Close closes the files.
func (o *Output) Close() error {
	var faults []error
	for _, file := range []*os.File{o.executions, o.alerts, o.log} {
		if file != nil {
			faults = append(faults, file.Close())
		}
	}
	return errors.Join(faults...)
}
