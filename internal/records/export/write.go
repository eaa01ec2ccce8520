package export

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/records"
)

// parts returns the names of the parts that have records, in order.
func (e *exporter) parts() ([]string, error) {
	entries, err := os.ReadDir(e.work(""))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if name := strings.TrimSuffix(entry.Name(), listed); strings.HasSuffix(entry.Name(), listed) && records.IsPart(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// writeParts writes the tables, the pages and the manifest of each part that has none yet, one after the other.
func (e *exporter) writeParts(ctx context.Context) error {
	names, err := e.parts()
	if err != nil {
		return err
	}
	e.Progress.Begin("months", len(names))
	for _, name := range names {
		written := slices.ContainsFunc(e.state.Parts, func(p records.PartSummary) bool { return p.Part == name })
		if !written {
			if err := ctx.Err(); err != nil {
				return err
			}
			summary, err := e.writePart(ctx, name)
			if err != nil {
				return err
			}
			e.state.Parts = append(e.state.Parts, *summary)
			if err := e.save(); err != nil {
				return err
			}
		}
		e.Progress.Done(1)
	}
	return nil
}

// writePart writes what a part has besides its records.
func (e *exporter) writePart(ctx context.Context, name string) (*records.PartSummary, error) {
	p, err := e.load(name)
	if err != nil {
		return nil, err
	}
	events, err := e.trail(ctx, p)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, t := range p.tables() {
		files[t.Name] = t.bytes()
	}
	if e.Trail != nil {
		files[records.TrailFile], files["trail.csv"] = events, p.trailTable().bytes()
	}
	if err := e.pages(p, files); err != nil {
		return nil, err
	}
	manifest := records.Part{SchemaVersion: 1, TrialID: e.TrialID, Part: name, Counts: p.counts(), Records: p.Records}
	if manifest.Files, err = e.write(name, files); err != nil {
		return nil, err
	}
	text := records.Encode(manifest)
	return &records.PartSummary{
		Part: name, Manifest: records.FileDigest{File: name + "/" + records.ManifestFile, Bytes: int64(len(text)), SHA256: records.Digest(text)},
		Counts: manifest.Counts, Runs: len(p.Runs), Events: len(p.Trail),
	}, records.WriteFile(e.work(""), e.file(name, records.ManifestFile), text)
}

// write writes files below a folder of the export, and returns their digests, in the order of their names.
func (e *exporter) write(folder string, files map[string][]byte) ([]records.FileDigest, error) {
	var digests []records.FileDigest
	for name, body := range files {
		if err := records.WriteFile(e.work(""), e.file(folder, filepath.FromSlash(name)), body); err != nil {
			return nil, err
		}
		digests = append(digests, records.FileDigest{File: name, Bytes: int64(len(body)), SHA256: records.Digest(body)})
	}
	slices.SortFunc(digests, func(a, b records.FileDigest) int { return strings.Compare(a.File, b.File) })
	return digests, nil
}
