package records

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
)

// The names in an export.
const (
	ManifestFile  = "manifest.json"
	DigestFile    = "manifest.sha256" // the digest of the manifest, as sha256sum writes it
	RecordsFolder = "records"         // in each part
	TrailFile     = "trail.jsonl"     // in each part
	WorkFolder    = ".export"         // while the export is not complete
)

// Manifest is the manifest of an export. It lists every file of the export but itself and DigestFile, those of parts through the
// manifests of the parts: whoever knows its digest knows all of them.
type Manifest struct {
	SchemaVersion int    `json:"schemaVersion"` // 1
	TrialID       string `json:"trialId"`
	From          string `json:"from,omitempty"` // the first day, YYYY-MM-DD; "": from the beginning
	To            string `json:"to,omitempty"`   // the last day; "": to AsOf

	AsOf       time.Time     `json:"asOf"` // records that were stored later are not in the export
	FinishedAt time.Time     `json:"finishedAt"`
	Program    string        `json:"program"`
	Source     Source        `json:"source"`
	Rule       *Lock         `json:"lock,omitempty"` // how the store locks new objects; none of a folder
	Trail      TrailNote     `json:"trail"`
	Runs       RunsNote      `json:"runs"`
	Counts     map[Kind]int  `json:"counts"`
	Parts      []PartSummary `json:"parts"` // in the order of their months
	Files      []FileDigest  `json:"files"` // outside the parts
}

// TrailNote says what an export has of the trail.
type TrailNote struct {
	Group string     `json:"logGroup,omitempty"`
	Since *time.Time `json:"since,omitempty"` // from when the log group has events
	Note  string     `json:"note,omitempty"`  // why there are no events, or not all of them
}

// RunsNote names the runs that are missing, and says what is known of that.
type RunsNote struct {
	Missing []MissingRun `json:"missing"`
	Known   []string     `json:"known"`   // what runs were compared with
	Unknown []string     `json:"unknown"` // what nobody can say of missing runs
}

// MissingRun is a run without a record, or the runs of days one after the other.
type MissingRun struct {
	Day       string `json:"day"`             // the data cut, or the day on which it should have started
	Until     string `json:"until,omitempty"` // the last one of several days
	Runs      int    `json:"runs"`
	Execution string `json:"execution,omitempty"`
	Why       string `json:"why"`
}

// PartSummary is a part in the manifest of the export.
type PartSummary struct {
	Part     string       `json:"part"` // the month, YYYY-MM, which is the name of its folder
	Manifest FileDigest   `json:"manifest"`
	Counts   map[Kind]int `json:"counts"`
	Runs     int          `json:"runs"`
	Events   int          `json:"trailEvents"`
}

// Part is the manifest of a part.
type Part struct {
	SchemaVersion int          `json:"schemaVersion"` // 1
	TrialID       string       `json:"trialId"`
	Part          string       `json:"part"`
	Counts        map[Kind]int `json:"counts"`
	Records       []Record     `json:"records"` // in the order of their keys
	Files         []FileDigest `json:"files"`   // the others: pages, tables, events of the trail
}

// Record is a record in an export.
type Record struct {
	Kind     Kind      `json:"kind"`
	Key      string    `json:"key"`
	Version  string    `json:"version"` // of the object: the oldest one, because a record is created once
	Modified time.Time `json:"modified"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`

	// WriterSHA256 is the digest that the writer sent with the object, if the store keeps it.
	WriterSHA256 string `json:"writerSha256,omitempty"`

	Lock  *Lock   `json:"objectLock,omitempty"` // none of a folder
	Later []Later `json:"later,omitempty"`      // versions and delete markers that should not be there
	File  string  `json:"file"`                 // below the folder of the part
}

// Lock is the lock of a version or, with Days, of new objects.
type Lock struct {
	Mode  approvals.Mode `json:"mode"` // "" is no lock
	Until *time.Time     `json:"until,omitempty"`
	Days  int            `json:"days,omitempty"`
	Hold  bool           `json:"legalHold,omitempty"`
}

// Later is a version or a delete marker after the record.
type Later struct {
	Version  string    `json:"version"`
	Modified time.Time `json:"modified"`
	Deleted  bool      `json:"deleteMarker,omitempty"`
}

// FileDigest is a file of an export.
type FileDigest struct {
	File   string `json:"file"` // below the export's folder, or the part's, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

var partPattern = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// IsPart reports whether a text is the name of a part, such as 2026-03.
func IsPart(name string) bool { return partPattern.MatchString(name) }

// Digest returns the SHA-256 of bytes, in hexadecimal digits.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// mostBytes is the size of the largest file that is read into memory: a month's manifest of many batches has some megabytes.
const mostBytes = 1 << 30

// OpenRegular opens a file of an export. A link, a device and a pipe are none: the error wraps [ErrNotRegular].
func OpenRegular(name string) (*os.File, int64, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s: %w", filepath.Base(name), ErrNotRegular)
	}
	file, err := os.Open(name)
	return file, info.Size(), err
}

// ErrNotRegular is the error of what is no regular file.
var ErrNotRegular = errors.New("not a regular file")

// ReadRegular reads a file of an export, 1 GiB at most.
func ReadRegular(name string) ([]byte, error) {
	file, size, err := OpenRegular(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if size > mostBytes {
		return nil, fmt.Errorf("%s has %d bytes, too many for a file of an export", filepath.Base(name), size)
	}
	return io.ReadAll(file)
}

// ReadManifest reads the manifest of an export, and its digest. Of a folder without one, the error is fs.ErrNotExist.
func ReadManifest(dir string) (m *Manifest, digest string, err error) {
	body, err := ReadRegular(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, "", err
	}
	digest = Digest(body)
	if err := strictjson.UnmarshalKnown(body, &m); err != nil {
		return nil, digest, fmt.Errorf("%s is not the manifest of an export: %w", ManifestFile, err)
	}
	if m == nil || m.SchemaVersion != 1 {
		return nil, digest, fmt.Errorf("%s is not the manifest of an export: schemaVersion must be 1", ManifestFile)
	}
	return m, digest, nil
}

// ReadPart reads the manifest of a part, with its digest and size.
func ReadPart(dir, name string) (p *Part, digest FileDigest, err error) {
	file := name + "/" + ManifestFile
	body, err := ReadRegular(filepath.Join(dir, name, ManifestFile))
	if err != nil {
		return nil, digest, err
	}
	digest = FileDigest{file, int64(len(body)), Digest(body)}
	if err := strictjson.UnmarshalKnown(body, &p); err != nil {
		return nil, digest, fmt.Errorf("%s is not the manifest of a part: %w", file, err)
	}
	if p == nil || p.SchemaVersion != 1 {
		return nil, digest, fmt.Errorf("%s is not the manifest of a part: schemaVersion must be 1", file)
	}
	return p, digest, nil
}

// Encode returns a value as the text of a file.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		panic(err) // a manifest has texts, numbers and times only
	}
	return b.Bytes()
}

// WriteFile writes a file of an export: it is whole as soon as it has its name. Until then it is in another folder, from which nobody exports.
func WriteFile(folder, name string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	work, err := os.CreateTemp(folder, ".write-")
	if err != nil {
		return err
	}
	_, err = work.Write(body)
	if err := errors.Join(err, work.Close()); err != nil {
		return errors.Join(err, os.Remove(work.Name()))
	}
	return os.Rename(work.Name(), name)
}

// Exists reports whether there is a file.
func Exists(name string) (bool, error) {
	_, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
