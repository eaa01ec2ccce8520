package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
)

const (
	concurrentReads = 16
	batchSize       = 256 // objects between two checkpoints
)

// listed is the suffix of the lists of records in the work folder, one for each part.
const listed = ".jsonl"

// fetch fetches the objects below every prefix, in the order of their keys. It stores how far it is after each batch.
func (e *exporter) fetch(ctx context.Context) error {
	e.Progress.Begin("records", -1)
	prefixes := records.Prefixes(e.TrialID)
	for e.state.Prefix < len(prefixes) {
		var batch []records.Object
		for object, err := range e.Store.List(ctx, prefixes[e.state.Prefix], e.state.After) {
			if err != nil {
				return fmt.Errorf("cannot list the records below %s: %w", prefixes[e.state.Prefix], err)
			}
			if len(batch) >= batchSize && records.Stem(object.Key) != records.Stem(batch[len(batch)-1].Key) {
				if err := e.take(ctx, batch); err != nil {
					return err
				}
				batch = nil
			}
			batch = append(batch, object)
		}
		if err := e.take(ctx, batch); err != nil {
			return err
		}
		e.state.Prefix, e.state.After = e.state.Prefix+1, ""
		if err := e.save(); err != nil {
			return err
		}
	}
	if e.state.Fetched == 0 {
		return errors.Join(fmt.Errorf("%w of the trial %s from %s to %s", ErrNothing, e.TrialID, dayOr(e.From, "the beginning"), dayOr(e.To, "now")),
			os.Remove(filepath.Join(e.Dir, incompleteFile)), os.RemoveAll(filepath.Join(e.Dir, records.WorkFolder)))
	}
	return nil
}

// fetched is an object that was read.
type fetched struct {
	records.Record
	body []byte
	day  string // "": it says none
}

// take reads a batch, writes the objects into their parts, and stores that it did. A batch that is taken again lists its records twice.
func (e *exporter) take(ctx context.Context, batch []records.Object) error {
	if len(batch) == 0 {
		return nil
	}
	read := make([]*fetched, len(batch))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrentReads)
	for i, object := range batch {
		group.Go(func() (err error) {
			read[i], err = e.read(ctx, object)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	dateAttachments(read)
	lines := map[string]*bytes.Buffer{}
	for _, f := range read {
		if f == nil || e.From != "" && f.day < e.From || e.To != "" && f.day > e.To {
			continue
		}
		if err := e.place(f, lines); err != nil {
			return err
		}
	}
	for part, list := range lines {
		if err := appendFile(e.work(part+listed), list.Bytes()); err != nil {
			return err
		}
	}
	e.state.After = batch[len(batch)-1].Key
	e.Progress.Done(len(batch))
	return e.save()
}

// place writes an object into its part, and notes it in the part's list.
func (e *exporter) place(f *fetched, lines map[string]*bytes.Buffer) error {
	part := f.day[:len("2026-03")]
	if lines[part] == nil {
		lines[part] = &bytes.Buffer{}
	}
	if f.File != "" {
		if err := records.WriteFile(e.work(""), e.file(part, filepath.FromSlash(f.File)), f.body); err != nil {
			return fmt.Errorf("cannot write %s: %w", plain.Line(f.File), err)
		}
	}
	line, err := json.Marshal(f.Record)
	if err != nil {
		return err
	}
	lines[part].Write(append(line, '\n'))
	e.state.Fetched++
	return nil
}

// dateAttachments gives what says no day of its own, such as a page, the day of the approval beside it.
func dateAttachments(read []*fetched) {
	days := map[string]string{}
	for _, f := range read {
		if f != nil && f.day != "" && days[records.Stem(f.Key)] == "" {
			days[records.Stem(f.Key)] = f.day
		}
	}
	for _, f := range read {
		switch {
		case f == nil || f.day != "":
		case days[records.Stem(f.Key)] != "":
			f.day = days[records.Stem(f.Key)]
		default:
			f.day = f.Modified.UTC().Format(time.DateOnly)
		}
	}
}

// read reads an object; nil for one that is not of the period or not yet stored when the export began.
func (e *exporter) read(ctx context.Context, o records.Object) (*fetched, error) {
	first := -1
	for i, v := range o.Versions {
		if !v.Deleted {
			first = i
			break
		}
	}
	if first < 0 {
		return hidden(o), nil
	}
	version := o.Versions[first]
	if version.Modified.After(e.state.AsOf) || e.isTooOld(version) {
		return nil, nil
	}
	object, err := e.Store.Read(ctx, o.Key, version.ID)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", plain.Line(o.Key), err)
	}
	lock, err := e.lock(ctx, o.Key, version.ID)
	if err != nil {
		return nil, fmt.Errorf("cannot read the lock of %s: %w", plain.Line(o.Key), err)
	}
	f := &fetched{body: object.Body, Record: records.Record{
		Kind: records.KindOf(o.Key, object.Body), Key: o.Key, Version: version.ID, Modified: version.Modified.UTC(), Bytes: int64(len(object.Body)),
		SHA256: records.Digest(object.Body), WriterSHA256: object.SHA256, Lock: lock, File: records.File(o.Key),
	}}
	f.Later = others(o, first)
	if f.Kind != records.Attachment {
		f.day = records.DayOf(f.Kind, object.Body)
	}
	return f, nil
}

// hidden is an object of which only delete markers are left. An export names it, without bytes.
func hidden(o records.Object) *fetched {
	return &fetched{Record: records.Record{Kind: records.KindOf(o.Key, nil), Key: o.Key, Modified: o.Versions[0].Modified.UTC(), Later: others(o, -1)}}
}

// others returns the versions and delete markers of an object besides the record.
func others(o records.Object, record int) []records.Later {
	var others []records.Later
	for i, v := range o.Versions {
		if i != record {
			others = append(others, records.Later{Version: v.ID, Modified: v.Modified.UTC(), Deleted: v.Deleted})
		}
	}
	return others
}

// isTooOld reports whether a version was stored before the period: it then says an earlier day. A day of the trial's zone may be one later.
func (e *exporter) isTooOld(v records.Version) bool {
	if e.From == "" || e.state.Source.Kind != records.Bucket {
		return false
	}
	from, err := time.Parse(time.DateOnly, e.From)
	return err == nil && v.Modified.Before(from.AddDate(0, 0, -1))
}

func (e *exporter) lock(ctx context.Context, key, version string) (*records.Lock, error) {
	lock, err := e.Store.Lock(ctx, key, version)
	if errors.Is(err, records.ErrNoLocks) {
		return nil, nil
	}
	said := &records.Lock{Mode: lock.Mode, Hold: lock.Hold}
	if !lock.Until.IsZero() {
		until := lock.Until.UTC()
		said.Until = &until
	}
	return said, err
}

// list reads the list of a part's records, each once.
func (e *exporter) list(part string) (list []records.Record, err error) {
	file, err := os.Open(e.work(part + listed))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	known := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r records.Record
		if err := strictjson.UnmarshalKnown(lines.Bytes(), &r); err != nil {
			continue // the end of a line that was interrupted: its batch was taken again
		}
		if !known[r.Key] {
			known[r.Key] = true
			list = append(list, r)
		}
	}
	return list, lines.Err()
}

// appendFile appends lines to a file. They begin on a line of their own, also after an interrupted write.
func appendFile(name string, lines []byte) error {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	last := make([]byte, 1)
	if info, err := file.Stat(); err == nil && info.Size() > 0 {
		if _, err := file.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			lines = append([]byte{'\n'}, lines...)
		}
	}
	_, err = file.Write(lines)
	return errors.Join(err, file.Close())
}
