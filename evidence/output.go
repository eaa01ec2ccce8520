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

// The files in the folder of the evidence.
const (
	PageFile        = "evidence.html" // for people
	JSONFile        = "evidence.json" // for programs
	ScenariosFolder = "scenarios"     // one compressed file per test that executes definitions
)

// output is a folder that is completed beside the one that it replaces.
type output struct{ dir, unfinished string }

// openOutput prepares the folder. It refuses to replace a folder with files other than evidence.
func openOutput(dir string) (*output, error) {
	dir, err := filepath.Abs(dir) // Tests change the working directory.
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write to %s (%w): set --out to another folder", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, JSONFile)); len(entries) > 0 && err != nil {
		return nil, fmt.Errorf("%s contains files other than evidence: set --out to a new or empty folder", dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, fmt.Errorf("cannot write to %s (%w): set --out to another folder", dir, err)
	}
	unfinished, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-")
	if err != nil {
		return nil, fmt.Errorf("cannot write to %s (%w): set --out to another folder", dir, err)
	}
	return &output{dir, unfinished}, nil
}

// scenarios returns the folder for the scenarios of the running tests.
func (o *output) scenarios() string { return filepath.Join(o.unfinished, ScenariosFolder) }

// write adds the page and the JSON, and moves the folder to its place.
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

// discard removes an unfinished folder.
func (o *output) discard() { _ = os.RemoveAll(o.unfinished) }
