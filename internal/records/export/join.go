package export

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
)

// join writes what all parts have in common, and the manifest last.
func (e *exporter) join(ctx context.Context) error {
	slices.SortFunc(e.state.Parts, func(a, b records.PartSummary) int { return strings.Compare(a.Part, b.Part) })
	m := &records.Manifest{
		SchemaVersion: 1, TrialID: e.TrialID, From: e.From, To: e.To, AsOf: e.state.AsOf, Program: e.Program, Source: e.state.Source,
		Counts: map[records.Kind]int{}, Parts: e.state.Parts,
	}
	for _, p := range m.Parts {
		for kind, n := range p.Counts {
			m.Counts[kind] += n
		}
	}
	var err error
	if m.Rule, err = e.rule(ctx); err != nil {
		return err
	}
	if m.Trail, err = e.trailNote(ctx); err != nil {
		return err
	}
	known, err := e.joinRuns()
	if err != nil {
		return err
	}
	if m.Runs, err = e.missing(ctx, known); err != nil {
		return err
	}
	pages, err := e.joinSubjects()
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	if err := render(files, "index.html", "export", overview{m, totals(m)}); err != nil {
		return err
	}
	if _, err := e.write("", files); err != nil {
		return err
	}
	for _, name := range append([]string{"index.html", "runs.html", "runs.csv"}, pages...) {
		digest, err := digestOf(e.Dir, name)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, *digest)
	}
	slices.SortFunc(m.Files, func(a, b records.FileDigest) int { return strings.Compare(a.File, b.File) })
	return e.seal(m)
}

// overview is the page of the whole export.
type overview struct {
	*records.Manifest
	Totals []string
}

// MissingRuns counts the runs that are missing.
func (o overview) MissingRuns() int {
	n := 0
	for _, m := range o.Runs.Missing {
		n += m.Runs
	}
	return n
}

func totals(m *records.Manifest) []string {
	names := map[records.Kind]string{records.Decision: "decision record", records.Exclusion: "record of exclusions", records.Approval: "approval",
		records.Attachment: "attachment", records.Transition: "transition", records.Outcomes: "record of outcomes"}
	var said []string
	for _, kind := range records.Kinds {
		text := plural(m.Counts[kind], names[kind])
		if of, found := strings.CutPrefix(names[kind], "record of "); found && m.Counts[kind] != 1 {
			text = fmt.Sprintf("%d records of %s", m.Counts[kind], of)
		}
		said = append(said, text)
	}
	return said
}

// rule says how the store locks new objects.
func (e *exporter) rule(ctx context.Context) (*records.Lock, error) {
	rule, err := e.Store.Rule(ctx)
	if errors.Is(err, records.ErrNoLocks) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read how the store locks new records: %w", err)
	}
	return &records.Lock{Mode: rule.Mode, Days: int(rule.Period / (24 * time.Hour))}, nil
}

// seal writes the digest and the manifest. With the manifest, the export is complete.
func (e *exporter) seal(m *records.Manifest) error {
	m.FinishedAt = e.Now().UTC().Truncate(time.Millisecond)
	text := records.Encode(m)
	line := records.Digest(text) + "  " + records.ManifestFile + "\n"
	if err := records.WriteFile(e.work(""), e.file(records.DigestFile), []byte(line)); err != nil {
		return err
	}
	if err := os.Remove(e.file(incompleteFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return records.WriteFile(e.work(""), e.file(records.ManifestFile), text)
}

// digestOf returns the digest of a file, without holding it in memory.
func digestOf(dir, name string) (*records.FileDigest, error) {
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	sum := records.NewSum()
	if _, err := io.Copy(sum, file); err != nil {
		return nil, err
	}
	return &records.FileDigest{File: name, Bytes: sum.Bytes, SHA256: sum.Hex()}, nil
}

// output is a file of the export that is written in many steps. It is whole as soon as it has its name.
type output struct {
	*bufio.Writer
	file *os.File
	name string
}

func (e *exporter) create(name string) (*output, error) {
	file, err := os.CreateTemp(e.work(""), ".write-")
	if err != nil {
		return nil, err
	}
	return &output{bufio.NewWriter(file), file, e.file(name)}, nil
}

// done gives the file its name.
func (o *output) done() error {
	if err := errors.Join(o.Flush(), o.file.Close()); err != nil {
		return err
	}
	return os.Rename(o.file.Name(), o.name)
}
