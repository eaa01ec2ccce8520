package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

const (
	markerFile       = ".clinicalrisk"      // marks a folder whose results another run may replace
	lockFile         = ".clinicalrisk.lock" // locked while a run uses the folder; it stays, because to remove it would break the lock
	unfinishedSuffix = ".tmp"               // the suffix of a file that is being written

	markerStart = "clinicalrisk run wrote this folder."
	markerText  = markerStart + " Its next run replaces the results.\n"
)

// written are the names that a run replaces.
var written = []string{
	executionsFile, alertsFile, operationsFile, approvalsFile, downstreamFile, subjectsFile, scoresFile,
	historiesFolder, logsFolder, objectsFolder, reportFile,
}

// Folder returns the absolute path of a folder for results.
func Folder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("the folder for results has an empty name: name a new or empty folder with --out")
	}
	return filepath.Abs(dir)
}

// prepare creates the folder, locks it, removes earlier results and writes the marker.
func prepare(dir string) (*flock.Flock, error) {
	if err := check(dir); err != nil { // A lock file in a folder of somebody else would be in the way there.
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, notWritable(dir, err)
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, notWritable(dir, err)
	}
	if !locked {
		return nil, fmt.Errorf("another run uses %s: wait for its end, or name another folder with --out", dir)
	}
	if err := replace(dir); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// replace removes the results of an earlier run from a locked folder.
func replace(dir string) error {
	if err := check(dir); err != nil {
		return err
	}
	for _, name := range written {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.RemoveAll(path), os.RemoveAll(path+unfinishedSuffix)); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, markerFile), []byte(markerText), 0o600); err != nil {
		return notWritable(dir, err)
	}
	return nil
}

// check refuses a folder with files that no run wrote.
func check(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notWritable(dir, err)
	}
	if slices.ContainsFunc(entries, isInTheWay) && !isMarked(dir) {
		return fmt.Errorf("%s holds files that are not results of a run: name a new or empty folder with --out", dir)
	}
	return nil
}

// isMarked tells whether a run wrote the folder.
func isMarked(dir string) bool {
	marker := filepath.Join(dir, markerFile)
	info, err := os.Lstat(marker)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(marker)
	return err == nil && strings.HasPrefix(string(text), markerStart)
}

// isInTheWay tells whether an entry of a folder without a marker is a file, or a folder that a run would replace.
func isInTheWay(entry fs.DirEntry) bool {
	if !entry.IsDir() {
		return entry.Name() != lockFile
	}
	return entry.Name() == markerFile || slices.Contains(written, entry.Name())
}

func notWritable(dir string, err error) error {
	return fmt.Errorf("cannot write results to %s (%w): name another folder with --out", dir, err)
}
