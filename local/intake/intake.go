// Package intake reads the inputs of executions from a file, and checks all of them before the first execution starts.
//
// A file whose name ends in .json holds one input. Any other file, and standard input, is JSON Lines, with one input on each line:
//
//	{"subject": "S-0001", "trialId": "T-1", "transformed_features": {…}}
//
// The package reads the file twice, as a stream: once to check it, and once to run it. It keeps the ids of the subjects in memory, and
// never their features. It accepts a byte order mark, Windows line ends and empty lines.
//
// [OpenCohort] reads a cohort instead: JSON Lines, or a table, CSV or Parquet. One execution scores all of its subjects:
//
//	{"subject": "S-0001", "features": {…}}
//
// The content of a file tells its format, and whether gzip or zstd compressed it. A file in a format that is not accepted gets one
// error with the remedy.
//
// The package does not check the features. The model does: a missing or wrong feature makes its execution fail. Messages name places
// and fields, never values of features.
package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// MaxInput is the maximum size of an execution's input in Step Functions, in bytes.
const MaxInput = 256 << 10

// maxFaults is the maximum number of faults in an error.
const maxFaults = 20

// Stdin is the path of standard input.
const Stdin = "-"

// Input is the input of one execution.
type Input struct {
	Line    int // in the file, from 1
	Subject string
	TrialID string
	Value   *value.Object // the whole input
}

// File is a file of valid inputs. The caller must close it.
type File struct {
	Name   string   // for messages: the path, or "standard input"
	Count  int      // the number of inputs
	Format string   // such as "CSV, gzip"
	Notes  []string // what the reader decided, such as which column has the subjects

	file    *os.File
	packed  string // how the file was compressed, "" if it was not
	single  bool   // one JSON document instead of lines
	parse   func(line) (Input, error)
	example string // a valid line, for messages
	cleanup func() error
}

// Open reads the file at path, or stdin for "-", and checks it. The error joins all faults, each with its line and the remedy. If
// the context is cancelled, Open returns its error.
func Open(ctx context.Context, path string, stdin io.Reader) (*File, error) {
	f := &File{single: strings.HasSuffix(strings.ToLower(path), ".json"), parse: parse, example: example}
	if err := f.openAndCheck(ctx, path, stdin, f.onlyJSON); err != nil {
		return nil, err
	}
	return f, nil
}

// onlyJSON refuses a table: it has the subjects of one execution.
func (f *File) onlyJSON(context.Context) error {
	start, err := f.start(sniffed)
	if err != nil || f.single {
		return err
	}
	switch what, err := sniff(start, len(start) < sniffed); {
	case err != nil:
		return fmt.Errorf("%s: %w", f.Name, err)
	case what == parquetTable, what == csvTable && isTable(start):
		return fmt.Errorf("%s: the file is %s, a table of subjects: score it as a cohort, with --cohort %s", f.Name, what.words(), f.Name)
	}
	return nil
}

// openAndCheck opens the file, expands it if it is compressed, prepares it and checks it.
func (f *File) openAndCheck(ctx context.Context, path string, stdin io.Reader, prepare func(context.Context) error) error {
	f.Name, f.cleanup = path, func() error { return nil }
	var err error
	if path == Stdin {
		f.Name = "standard input"
		err = f.spool(ctx, stdin)
	} else {
		err = f.open(path)
	}
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{f.expand, prepare, f.check} {
		if err := step(ctx); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return nil
}

func (f *File) open(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file: name JSON Lines, or for a cohort a CSV or Parquet table, too, such as those in examples", path)
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s: this is a folder: name a .jsonl file in it", path)
	}
	f.file, err = os.Open(path)
	return err
}

// spool copies standard input to a temporary file, so that it can be read twice. Only its owner can read the file.
func (f *File) spool(ctx context.Context, stdin io.Reader) error {
	file, err := temporary()
	if err != nil {
		return err
	}
	f.file, f.cleanup = file, func() error { return os.Remove(file.Name()) }
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(file, stdin)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done(): // A read from a terminal cannot be cancelled. It continues.
		err = ctx.Err()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("standard input: %w", err), f.Close())
	}
	return nil
}

// Close releases the file.
func (f *File) Close() error { return errors.Join(f.file.Close(), f.cleanup()) }

// check reads the whole file and returns its faults.
func (f *File) check(ctx context.Context) error {
	seen := map[string]int{}
	faults := newFaults(f.Name, "line")
	for input, err := range f.inputs() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			faults.add(input.Line, err.Error())
			continue
		}
		f.Count++
		if line, twice := seen[input.Subject]; twice {
			faults.add(input.Line, fmt.Sprintf("subject %q is already on line %d: keep one of the two", input.Subject, line))
			continue
		}
		seen[input.Subject] = input.Line
	}
	if f.Count == 0 && len(faults.order) == 0 {
		return fmt.Errorf("%s: the file is empty: write one object on each line, %s", f.Name, f.example)
	}
	return faults.err()
}

// Inputs returns the inputs in the order of the file. An error concerns one line. The next lines follow it.
func (f *File) Inputs() iter.Seq2[Input, error] {
	return func(yield func(Input, error) bool) {
		for input, err := range f.inputs() {
			if err != nil {
				err = fmt.Errorf("%s:%d: %w", f.Name, input.Line, err)
			}
			if !yield(input, err) {
				return
			}
		}
	}
}

// inputs returns the inputs. Its errors do not name the place.
func (f *File) inputs() iter.Seq2[Input, error] {
	return func(yield func(Input, error) bool) {
		for line, err := range f.lines() {
			input := Input{Line: line.number}
			if err == nil {
				input, err = f.parse(line)
			}
			if !yield(input, err) {
				return
			}
		}
	}
}
