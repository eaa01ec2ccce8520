// Package verify checks an export of records, offline, with nothing but its files. It names every fault that it finds:
//
//   - a file that is missing, that is not the one of the manifest, or that no manifest knows
//   - a record that does not meet its schema, is not at its own key, is of another trial, or lies in another part than its day says
//   - an approval of which a check of package lambda/approval/verify does not hold: its signer, its digests, what was reviewed
//   - a gap in the numbers of an alert's transitions, and a run that transitions name and of which there is no record
//
// What the files cannot say, it calls not verifiable. Whoever writes all files and all manifests anew, without a contradiction, is seen
// only by the digest of the manifest that was told by another way, and by the versions and locks of the store.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
)

// Options say what to verify.
type Options struct {
	Dir string

	// Digest is the SHA-256 of the manifest, as the exporter told it by another way. Default: it is not compared, and the report says so.
	Digest string

	Now func() time.Time

	// Progress hears of each month: how many are done, of how many. Default: nobody.
	Progress func(done, of int)
}

// Report is what holds of an export.
type Report struct {
	TrialID       string               `json:"trialId,omitempty"`
	Digest        string               `json:"digest,omitempty"` // of the manifest as it is
	VerifiedAt    time.Time            `json:"verifiedAt"`
	Holds         bool                 `json:"holds"` // there are no faults
	Faults        []Fault              `json:"faults"`
	NotVerifiable []Note               `json:"notVerifiable"`
	Files         int                  `json:"files"` // how many were checked
	Counts        map[records.Kind]int `json:"counts"`
	Approvals     int                  `json:"approvals"` // how many were checked, by their ids
}

// Fault is something that does not hold.
type Fault struct {
	File  string `json:"file"` // below the folder of the export
	Fault string `json:"fault"`
}

// Note is something that nobody can verify with the files.
type Note struct {
	What  string `json:"what"`
	Times int    `json:"times"` // for how many records
}

// verifier is a verification at work.
type verifier struct {
	Options
	report   *Report
	manifest *records.Manifest
	notes    map[string]int
	lines    map[string]*line  // the transitions, by the prefix of their keys
	runs     map[string]bool   // executions with a record
	named    map[string]string // executions that transitions name, with the file of one of them

	alerts  map[string]bool   // the ids of alerts with a transition
	decided map[string]string // the ids of alerts that approvals name, with the file of one of them

	outcomes   map[string]bool   // the digests of the records of outcomes
	superseded map[string]string // the digests that these supersede, with the file of one that does
}

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Verify verifies an export. Its error means that it could not: a folder that does not exist, or a wrong digest to compare with.
//
// Requirements: P11-10b
func Verify(ctx context.Context, o Options) (*Report, error) {
	if o.Digest != "" && !digestPattern.MatchString(o.Digest) {
		return nil, fmt.Errorf("the digest must have 64 hexadecimal digits, got %q", o.Digest)
	}
	if info, err := os.Stat(o.Dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder: name the folder of an export", o.Dir)
	}
	v := &verifier{
		Options: o, report: &Report{VerifiedAt: o.Now().UTC(), Faults: []Fault{}, NotVerifiable: []Note{}, Counts: map[records.Kind]int{}},
		notes: map[string]int{}, lines: map[string]*line{}, runs: map[string]bool{}, named: map[string]string{},
		alerts: map[string]bool{}, decided: map[string]string{}, outcomes: map[string]bool{}, superseded: map[string]string{},
	}
	if v.readManifest() {
		v.checkRoot()
		for i, part := range v.manifest.Parts {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			v.checkPart(ctx, part)
			if o.Progress != nil {
				o.Progress(i+1, len(v.manifest.Parts))
			}
		}
		v.checkTogether()
	}
	for _, what := range slices.Sorted(maps.Keys(v.notes)) {
		v.report.NotVerifiable = append(v.report.NotVerifiable, Note{what, v.notes[what]})
	}
	v.report.Holds = len(v.report.Faults) == 0
	return v.report, ctx.Err()
}

// wrong adds a fault.
func (v *verifier) wrong(file, format string, values ...any) {
	v.report.Faults = append(v.report.Faults, Fault{file, fmt.Sprintf(format, values...)})
}

// unknown notes what nobody can verify.
func (v *verifier) unknown(format string, values ...any) { v.notes[fmt.Sprintf(format, values...)]++ }

// readManifest reads the manifest, and compares its digest.
func (v *verifier) readManifest() bool {
	work, _ := records.Exists(filepath.Join(v.Dir, records.WorkFolder)) // without permission to look, it is not there
	m, digest, err := records.ReadManifest(v.Dir)
	v.report.Digest = digest
	switch {
	case errors.Is(err, fs.ErrNotExist) && work:
		v.wrong(records.ManifestFile, "the export is not complete: it was interrupted, or still runs. Export again into the same folder")
		return false
	case errors.Is(err, fs.ErrNotExist):
		v.wrong(records.ManifestFile, "missing: this is no complete export")
		return false
	case err != nil:
		v.wrong(records.ManifestFile, "%v", err)
	}
	switch {
	case v.Digest == "":
		v.unknown("whether this is the manifest that was exported: compare the digest %s with the one that you were told by another way (--digest)", digest)
	case v.Digest != digest:
		v.wrong(records.ManifestFile, "the digest is %s, and you were told %s: this is not the manifest that was exported", digest, v.Digest)
	}
	if err != nil {
		return false
	}
	v.manifest, v.report.TrialID = m, m.TrialID
	line, err := records.ReadRegular(filepath.Join(v.Dir, records.DigestFile))
	if said, _, _ := strings.Cut(string(line), " "); err != nil || said != digest {
		v.wrong(records.DigestFile, "does not have the digest of %s, %s", records.ManifestFile, digest)
	}
	return true
}

// checkRoot checks the files outside the parts, and looks for what the manifest does not know.
func (v *verifier) checkRoot() {
	known := map[string]bool{records.ManifestFile: true, records.DigestFile: true}
	for _, file := range v.manifest.Files {
		known[file.File] = true
		v.checkFile("", file)
	}
	parts := map[string]bool{}
	for _, part := range v.manifest.Parts {
		if parts[part.Part] {
			v.wrong(records.ManifestFile, "lists the month %s twice", part.Part)
		}
		parts[part.Part] = true
	}
	entries, err := os.ReadDir(v.Dir)
	if err != nil {
		v.wrong(".", "cannot be listed: %v", err)
	}
	for _, entry := range entries {
		if !known[entry.Name()] && (!parts[entry.Name()] || !entry.IsDir()) {
			v.strange(entry.Name(), entry)
		}
	}
}

// strange names what no manifest knows. A file that looks like a record is checked as one: whose it is helps who has to find out.
func (v *verifier) strange(name string, entry fs.DirEntry) {
	if !entry.IsDir() {
		v.wrong(name, "the manifest does not know this file")
		return
	}
	files := 0
	_ = filepath.WalkDir(filepath.Join(v.Dir, filepath.FromSlash(name)), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
		}
		return nil
	})
	v.wrong(name, "the manifest does not know this folder, with %d files", files)
}

// checkFile compares a file with its digest in a manifest.
func (v *verifier) checkFile(folder string, file records.FileDigest) {
	name := strings.TrimPrefix(folder+"/"+file.File, "/")
	body, ok := v.open(name)
	if !ok {
		return
	}
	defer func() { _ = body.Close() }() // it was only read
	v.report.Files++
	sum := records.NewSum()
	if _, err := body.WriteTo(sum); err != nil {
		v.wrong(name, "cannot be read: %v", err)
		return
	}
	v.compare(name, sum.Bytes, sum.Hex(), file.Bytes, file.SHA256)
}

// compare compares what a file is with what the manifest says.
func (v *verifier) compare(name string, size int64, digest string, wantSize int64, want string) {
	if digest != want || size != wantSize {
		v.wrong(name, "altered: it has %d bytes and the SHA-256 %s, and the manifest says %d and %s", size, digest, wantSize, want)
	}
}

// open opens a file below the folder of the export. It follows no link.
func (v *verifier) open(name string) (*os.File, bool) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		v.wrong(name, "the manifest names a file outside the export")
		return nil, false
	}
	file, _, err := records.OpenRegular(filepath.Join(v.Dir, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.wrong(name, "missing")
		return nil, false
	case errors.Is(err, records.ErrNotRegular):
		v.wrong(name, "not a regular file")
		return nil, false
	case err != nil:
		v.wrong(name, "cannot be read: %v", err)
		return nil, false
	}
	return file, true
}
