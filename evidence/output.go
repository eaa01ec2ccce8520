package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// The files of the evidence's folder.
const (
	PageFile        = "evidence.html" // for people
	JSONFile        = "evidence.json" // for programs
	ScenariosFolder = "scenarios"     // a compressed file for each test that executes definitions
)

// output is a folder that is made whole, beside the one that it replaces.
type output struct{ dir, unfinished string }

// openOutput refuses to replace a folder that holds anything but evidence.
func openOutput(dir string) (*output, error) {
	dir, err := filepath.Abs(dir) // Tests run in folders of their own.
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write to %s (%w): name another folder with --out", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, JSONFile)); len(entries) > 0 && err != nil {
		return nil, fmt.Errorf("%s holds files that are no evidence: name a new or empty folder with --out", dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, fmt.Errorf("cannot write to %s (%w): name another folder with --out", dir, err)
	}
	unfinished, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-")
	if err != nil {
		return nil, fmt.Errorf("cannot write to %s (%w): name another folder with --out", dir, err)
	}
	return &output{dir, unfinished}, nil
}

// scenarios is the folder for the scenarios that are being executed.
func (o *output) scenarios() string { return filepath.Join(o.unfinished, ScenariosFolder) }

// write adds the page and the JSON, and puts the folder in its place.
func (o *output) write(e *Evidence) error {
	err := errors.Join(
		o.file(PageFile, e.writePage),
		o.file(JSONFile, func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			return encoder.Encode(e)
		}),
	)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(o.dir); err != nil {
		return err
	}
	return errors.Join(os.Chmod(o.unfinished, 0o755), os.Rename(o.unfinished, o.dir))
}

func (o *output) file(name string, write func(io.Writer) error) error {
	file, err := os.Create(filepath.Join(o.unfinished, name))
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// discard removes what is left of a folder that was not finished.
func (o *output) discard() { _ = os.RemoveAll(o.unfinished) }
