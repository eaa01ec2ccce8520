package alerts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"

	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
)

// excludedFile is the object beside the cohort that says whom the extraction left out, and why.
const excludedFile = "excluded.jsonl"

// readExcluded notes whom the extraction left out, and records it before any alert changes. The record is what the run says: once it is
// there, nobody reads the extraction's file again, which could have changed.
func (u *Updater) readExcluded(ctx context.Context, r alert.Run, source alert.Source, seen *run) error {
	record, err := u.excluded(ctx, r, source)
	if errors.Is(err, ErrNotFound) {
		record, err = u.extracted(ctx, r, source)
		if err == nil {
			err = seen.exclude(record)
		}
		if err != nil {
			return err
		}
		_, err = u.Events.Create(ctx, record.Key(), record.Body())
		if !errors.Is(err, ErrExists) {
			return err
		}
		for _, subject := range record.Subjects { // another attempt was faster
			delete(seen.said, subject.Subject)
		}
		record, err = u.excluded(ctx, r, source)
	}
	if err != nil {
		return err
	}
	return seen.exclude(record)
}

// excluded reads the record of the run, or returns ErrNotFound.
func (u *Updater) excluded(ctx context.Context, r alert.Run, source alert.Source) (*exclusion.Record, error) {
	key := exclusion.Key(u.trial().ID, r.Execution, source.StartedAt)
	body, _, err := u.Events.Read(ctx, key)
	if err != nil {
		return nil, err
	}
	return exclusion.Read(key, body)
}

// extracted makes the record of what the extraction wrote. A script of a team's own need not write the object.
func (u *Updater) extracted(ctx context.Context, r alert.Run, source alert.Source) (*exclusion.Record, error) {
	record := &exclusion.Record{
		SchemaVersion: 1, CutDate: r.Cut,
		Run: exclusion.Run{Execution: r.Execution, StartedAt: source.StartedAt, TrialID: u.trial().ID, TrialFile: u.trial().Digest()},
	}
	file := alert.Object{Bucket: source.Cohort.Bucket, Key: path.Dir(source.Cohort.Key) + "/" + excludedFile}
	sum := sha256.New()
	err := u.readLines(ctx, file, func(line []byte) error {
		_, _ = sum.Write(append(line[:len(line):len(line)], '\n')) // a hash takes everything
		subject, err := exclusion.ReadLine(line)
		record.Subjects = append(record.Subjects, subject)
		if err != nil {
			return unusable("%w", err)
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return record, nil
	}
	record.Source = &exclusion.Source{Bucket: file.Bucket, Key: file.Key, SHA256: hex.EncodeToString(sum.Sum(nil))}
	return record, err
}

// exclude notes the subjects of a record.
func (s *run) exclude(record *exclusion.Record) error {
	for _, subject := range record.Subjects {
		if known, said := s.said[subject.Subject]; said && known.Seen != alert.Excluded {
			return unusable("excluded.jsonl and the cohort have a subject in common")
		}
		if !alert.IsReason(subject.Reason) {
			return unusable("excluded.jsonl has a reason that is no name such as died_before_cut: lower-case letters and underscores")
		}
		s.said[subject.Subject] = alert.Observation{Seen: alert.Excluded, Reason: subject.Reason, Site: subject.Site}
	}
	return nil
}
