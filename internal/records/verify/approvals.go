package verify

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

// store is a part of an export as the record store that package lambda/approval/verify reads. All records of a run are in one part.
type store struct {
	*verifier
	part  *records.Part
	found map[string][]byte // the approvals and their attachments, which were read
}

// checkApprovals verifies each approval of a part, as an auditor does on AWS.
func (v *verifier) checkApprovals(ctx context.Context, s *store) {
	ids := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(s.found)) {
		var r struct {
			ID       string             `json:"approvalId"`
			Verdicts []approval.Decided `json:"verdicts"`
		}
		if strictjson.Unmarshal(s.found[key], &r) == nil && approval.IsID(r.ID) {
			ids[r.ID] = true
			for _, decided := range r.Verdicts {
				if decided.Alert != "" {
					v.decided[decided.Alert] = s.part.Part + "/" + records.File(key)
				}
			}
		}
	}
	audit := &approvals.Verifier{
		Store: s, Bucket: v.manifest.Source.Bucket, Prefix: workflow.RecordFolder + "/", Trial: v.manifest.TrialID,
		Now: func() time.Time { return v.manifest.AsOf.Add(time.Minute) }, Trail: s.trail(),
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		report, err := audit.Verify(ctx, id)
		if err != nil {
			v.wrong(s.part.Part, "%s: %v", id, err)
			continue
		}
		v.report.Approvals++
		v.conclude(id, s.part.Part, report.Checks)
		for _, r := range report.Records {
			place, err := approval.ParsePlace(r.Place)
			if err != nil {
				continue // it is the place that the verifier made
			}
			v.conclude(id, s.part.Part+"/"+records.File(place.Key), r.Checks)
		}
	}
}

// conclude adds the results of checks.
func (v *verifier) conclude(id, file string, checks []approvals.Check) {
	for _, check := range checks {
		result := check.Result
		if result == approvals.Fails && v.manifest.Source.Kind == records.Folder && check.Name == "order in time" {
			v.unknown("approvals, order in time: the times of a folder are those of its files")
			continue
		}
		switch result {
		case approvals.Fails:
			for _, finding := range check.Findings {
				v.wrong(file, "approval %s, %s: %s", id, check.Name, finding)
			}
		case approvals.Unverifiable:
			v.unknown("approvals, %s: %s", check.Name, general(check.Findings))
		}
	}
}

// general leaves out of findings what differs by approval, so that they are counted together.
func general(findings []string) string {
	if len(findings) == 0 {
		return ""
	}
	return strings.Join(slices.Compact(strings.Fields(findings[0])), " ")
}

// Versions implements approvals.Store.
func (s *store) Versions(_ context.Context, prefix string) ([]approvals.Version, error) {
	var versions []approvals.Version
	for _, r := range s.part.Records {
		if !strings.HasPrefix(r.Key, prefix) || r.Kind == records.Attachment && prefix == approval.RecordsPrefix(s.manifest.TrialID) {
			continue // whoever looks for approvals of a trial finds no attachments
		}
		if r.File != "" {
			versions = append(versions, approvals.Version{Key: r.Key, ID: r.Version, Modified: r.Modified})
		}
		for _, later := range r.Later {
			versions = append(versions, approvals.Version{Key: r.Key, ID: later.Version, Modified: later.Modified, Deleted: later.Deleted})
		}
	}
	slices.SortStableFunc(versions, func(a, b approvals.Version) int { return a.Modified.Compare(b.Modified) })
	return versions, nil
}

// Read implements approvals.Store.
func (s *store) Read(_ context.Context, key, version string) (approvals.Object, error) {
	r := s.record(key)
	if r == nil || r.Version != version || r.File == "" {
		return approvals.Object{}, approval.ErrNotFound
	}
	body, known := s.found[key]
	if !known {
		var err error
		if body, err = s.readFile(s.part.Part + "/" + r.File); err != nil {
			return approvals.Object{}, approval.ErrNotFound // it is named as missing
		}
	}
	return approvals.Object{Body: body, SHA256: r.WriterSHA256}, nil
}

// Lock implements approvals.Store.
func (s *store) Lock(_ context.Context, key, version string) (approvals.Lock, error) {
	r := s.record(key)
	if r == nil || r.Version != version {
		return approvals.Lock{}, approval.ErrNotFound
	}
	if r.Lock == nil {
		return approvals.Lock{}, records.ErrNoLocks
	}
	lock := approvals.Lock{Mode: r.Lock.Mode, Hold: r.Lock.Hold}
	if r.Lock.Until != nil {
		lock.Until = *r.Lock.Until
	}
	return lock, nil
}

// Rule implements approvals.Store.
func (s *store) Rule(context.Context) (approvals.Rule, error) {
	rule := s.manifest.Rule
	if rule == nil {
		return approvals.Rule{}, records.ErrNoLocks
	}
	return approvals.Rule{Mode: rule.Mode, Period: time.Duration(rule.Days) * 24 * time.Hour}, nil
}

func (s *store) record(key string) *records.Record {
	at, found := slices.BinarySearchFunc(s.part.Records, key, func(r records.Record, key string) int { return strings.Compare(r.Key, key) })
	if !found {
		return nil
	}
	return &s.part.Records[at]
}

// readFile reads a file of the export, silently: checkRecord has named what is wrong with it.
func (s *store) readFile(name string) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, approval.ErrNotFound
	}
	return records.ReadRegular(filepath.Join(s.Dir, filepath.FromSlash(name)))
}
