package verify

import (
	"context"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/records"
)

// checkPart checks the files and the records of a part.
func (v *verifier) checkPart(ctx context.Context, summary records.PartSummary) {
	if !records.IsPart(summary.Part) || summary.Manifest.File != summary.Part+"/"+records.ManifestFile {
		v.wrong(records.ManifestFile, "%q is not a month, such as 2026-03, with its manifest", summary.Part)
		return
	}
	v.checkFile("", summary.Manifest)
	part, _, err := records.ReadPart(v.Dir, summary.Part)
	if err != nil {
		if !os.IsNotExist(err) {
			v.wrong(summary.Manifest.File, "%v", err)
		}
		return
	}
	if part.TrialID != v.manifest.TrialID || part.Part != summary.Part {
		v.wrong(summary.Manifest.File, "is of the trial %s and the month %s, not of %s and %s", part.TrialID, part.Part, v.manifest.TrialID, summary.Part)
	}
	known := map[string]bool{records.ManifestFile: true}
	for _, file := range part.Files {
		known[file.File] = true
		v.checkFile(summary.Part, file)
	}
	store := &store{verifier: v, part: part, found: map[string][]byte{}}
	counts := map[records.Kind]int{}
	last := ""
	for i := range part.Records {
		r := &part.Records[i]
		counts[r.Kind]++
		v.report.Counts[r.Kind]++
		known[r.File] = true
		if r.Key <= last {
			v.wrong(summary.Manifest.File, "%s is listed twice, or not in its order", r.Key)
		}
		last = r.Key
		if body, ok := v.checkRecord(part, r); ok && (r.Kind == records.Approval || r.Kind == records.Attachment) {
			store.found[r.Key] = body
		}
	}
	if !maps.Equal(counts, part.Counts) || !maps.Equal(counts, summary.Counts) {
		v.wrong(summary.Manifest.File, "has the records %v, and the manifests count %v and %v", counts, part.Counts, summary.Counts)
	}
	v.checkUnknown(part, known)
	v.checkApprovals(ctx, store)
}

// checkRecord checks the file of a record, and what it says.
func (v *verifier) checkRecord(part *records.Part, r *records.Record) ([]byte, bool) {
	name := part.Part + "/" + r.File
	for _, later := range r.Later {
		what := "another version, " + later.Version + ","
		if later.Deleted {
			what = "a delete marker"
		}
		v.wrong(name, "the store has %s of %s beside the record", what, later.Modified.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	if r.File == "" {
		v.wrong(part.Part, "of %s only delete markers were left: the record is hidden", r.Key)
		return nil, false
	}
	if want := records.File(r.Key); r.File != want {
		v.wrong(name, "the file of %s must be %s", r.Key, want)
	}
	file, ok := v.open(name)
	if !ok {
		return nil, false
	}
	defer func() { _ = file.Close() }() // it was only read
	v.report.Files++
	body, err := io.ReadAll(io.LimitReader(file, r.Bytes+1)) // one more shows that the size is another
	if err != nil {
		v.wrong(name, "cannot be read: %v", err)
		return nil, false
	}
	size := int64(len(body))
	if info, err := file.Stat(); err == nil {
		size = info.Size()
	}
	v.compare(name, size, records.Digest(body), r.Bytes, r.SHA256)
	if r.WriterSHA256 != "" && r.WriterSHA256 != r.SHA256 {
		v.wrong(name, "its writer sent the SHA-256 %s with it, and the store had %s", r.WriterSHA256, r.SHA256)
	}
	if v.manifest.Source.Kind == records.Bucket && (r.Lock == nil || r.Lock.Mode == "") {
		v.wrong(name, "the store did not lock the record")
	}
	if kind := records.KindOf(r.Key, body); kind != r.Kind {
		v.wrong(name, "the manifest calls it %s, and it is %s", named(r.Kind), named(kind))
	}
	v.checkSaid(part.Part, name, r.Kind, r.Key, body)
	return body, true
}

func named(kind records.Kind) string {
	if kind == "" {
		return "no record"
	}
	return "of the kind " + string(kind)
}

// mostUnknown is how much of a file is read that no manifest knows: a decision record has less.
const mostUnknown = 16 << 20

// checkUnknown looks for files that the manifest of a part does not know. One in the place of a record is checked as one.
func (v *verifier) checkUnknown(part *records.Part, known map[string]bool) {
	root := filepath.Join(v.Dir, part.Part)
	keys := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if name := filepath.ToSlash(relative); err == nil && !known[name] {
			keys[name] = strings.TrimPrefix(name, records.RecordsFolder+"/")
		}
		return err
	})
	if err != nil {
		v.wrong(part.Part, "cannot be listed: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		full := part.Part + "/" + name
		v.wrong(full, "the manifest does not know this file")
		if keys[name] == name { // not in the folder of records
			continue
		}
		if file, ok := v.open(full); ok {
			body, err := io.ReadAll(io.LimitReader(file, mostUnknown))
			if err == nil {
				v.checkSaid(part.Part, full, records.KindOf(keys[name], body), keys[name], body)
			}
			_ = file.Close() // it was only read
		}
	}
}
