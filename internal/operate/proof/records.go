package proof

import (
	"context"
	"errors"
	"slices"
	"time"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/verify"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

// decision is the part of a decision record that a verification reads.
type decision struct {
	Run struct {
		Execution  string `json:"execution"`
		StartedAt  string `json:"startedAt"`
		Definition string `json:"definition"`
	} `json:"run"`
	Model struct {
		Endpoint string `json:"endpoint"`
		Variant  string `json:"variant"`
	} `json:"model"`
	Subjects []struct {
		Index  int    `json:"index"`
		Branch string `json:"branch"`
	} `json:"subjects"`
	NotScored []struct {
		Index int `json:"index"`
	} `json:"notScored"`
}

// recorded sums up the records of an execution.
type recorded struct {
	records, scored, high, failed int
	lines                         []int // the places of subjects in the cohort
	variants                      map[string]bool
	versions                      []approvals.Version
}

// records checks the decision records: that each is there, valid, locked, and that together they say what the execution counted.
func (c *verification) records(ctx context.Context) {
	bucket := ""
	for _, state := range operate.RecordStates {
		if c.state(state) != nil && bucket == "" {
			bucket = c.argument(state, "Bucket")
		}
	}
	present, locks := &said{}, &said{}
	switch {
	case bucket == "" && !c.writesRecords():
		present.found("none: the pipeline writes no decision records")
		c.add("decision records", present)
		return
	case bucket == "":
		present.unknown("the definition does not name the bucket of the records")
		c.add("decision records", present)
		return
	case c.Records == nil:
		present.unknown("the record store is not read: look at s3://%s/", bucket)
		c.add("decision records", present)
		return
	}
	store := c.Records(bucket)
	folder := workflow.RecordsOf(c.trial(), c.execution.ARN, workflow.Started(c.execution.StartedAt))
	sum := c.read(ctx, store, folder, present)
	if sum != nil {
		c.compare(sum, "s3://"+bucket+"/"+folder, present)
		c.variants = sum.variants
	}
	c.add("decision records", present)
	if sum != nil && len(sum.versions) > 0 {
		checkLocks(ctx, store, sum.versions, locks)
		c.add("locks of the records", locks)
	}
}

// writesRecords reports whether the definition has a state that writes decision records.
func (c *verification) writesRecords() bool {
	return slices.ContainsFunc(operate.RecordStates, func(state string) bool { return c.state(state) != nil })
}

// read reads the records below a folder. It returns nil if they cannot be listed.
func (c *verification) read(ctx context.Context, store records.Store, folder string, s *said) *recorded {
	sum := &recorded{variants: map[string]bool{}}
	for object, err := range store.List(ctx, folder, "") {
		if err != nil {
			s.unknown("s3://%s/%s: %v", store.Source().Bucket, folder, err)
			return nil
		}
		latest := object.Versions[len(object.Versions)-1]
		switch {
		case latest.Deleted:
			s.missing("%s is deleted", object.Key)
			continue
		case len(object.Versions) > 1:
			s.missing("%s has %d versions: a record has one", object.Key, len(object.Versions))
		}
		body, err := store.Read(ctx, object.Key, latest.ID)
		if errors.Is(err, approval.ErrNotFound) {
			s.missing("%s does not exist any more", object.Key)
			continue
		}
		if err != nil {
			s.unknown("%s: %v", object.Key, err)
			continue
		}
		sum.records++
		sum.versions = append(sum.versions, approvals.Version{Key: object.Key, ID: latest.ID, Modified: latest.Modified})
		c.check(object.Key, body.Body, sum, s)
	}
	return sum
}

// check checks one record, and counts what it says.
func (c *verification) check(key string, body []byte, sum *recorded, s *said) {
	if verify.Conforms(records.Decision, body) != nil { // The error may quote the record.
		s.missing("%s does not meet docs/decision-record.schema.json", key)
		return
	}
	var d decision
	if err := strictjson.Unmarshal(body, &d); err != nil {
		s.missing("%s cannot be read", key)
		return
	}
	if d.Run.Execution != c.execution.ARN || d.Run.StartedAt != workflow.Started(c.execution.StartedAt) {
		s.missing("%s is of another execution", key)
		return
	}
	if c.Digest != "" && d.Run.Definition != c.Digest {
		s.missing("%s has the definition %s, and the assembly %s", key, d.Run.Definition, c.Digest)
	}
	sum.variants[d.Model.Variant] = true
	sum.scored += len(d.Subjects)
	sum.failed += len(d.NotScored)
	for _, subject := range d.Subjects {
		sum.lines = append(sum.lines, subject.Index)
		if subject.Branch == workflow.AlertBranch {
			sum.high++
		}
	}
	for _, subject := range d.NotScored {
		sum.lines = append(sum.lines, subject.Index)
	}
}

// compare compares the records with what the execution counted.
func (c *verification) compare(sum *recorded, place string, s *said) {
	want := c.counts()
	switch {
	case want == nil && sum.records == 0 && c.execution.Status == "SUCCEEDED":
		s.missing("no record is below %s", place)
	case want == nil && sum.records == 0:
		s.unknown("no record is below %s: the execution ended in %s, before it counted any", place, c.track.Last)
	case want == nil:
		s.found("%d below %s, valid, with %d scored subjects, %d at high risk", sum.records, place, sum.scored, sum.high)
	case sum.scored != number(want, "scored") || sum.high != number(want, "high") || sum.scored+sum.failed != number(want, "subjects"):
		s.missing("the records below %s have %d subjects, %d scored and %d at high risk, and the execution counted %d, %d and %d", place,
			sum.scored+sum.failed, sum.scored, sum.high, number(want, "subjects"), number(want, "scored"), number(want, "high"))
		c.gaps(sum, number(want, "subjects"), s)
	case s.result == "":
		s.found("%d below %s, valid, with %d subjects, %d scored and %d at high risk, as the execution counted", sum.records, place,
			sum.scored+sum.failed, sum.scored, sum.high)
	}
}

// gaps names the lines of the cohort that no record has.
func (c *verification) gaps(sum *recorded, subjects int, s *said) {
	slices.Sort(sum.lines)
	next := 0
	for _, line := range append(sum.lines, subjects) {
		if line > next {
			s.missing("no record has the lines %d to %d of the cohort", next+1, line)
		}
		next = max(next, line+1)
	}
}

// clockSkew is how much earlier than its rule a lock may end.
const clockSkew = time.Minute

// checkLocks checks that each record is locked as the store locks new objects.
func checkLocks(ctx context.Context, store records.Store, versions []approvals.Version, s *said) {
	rule, err := store.Rule(ctx)
	switch {
	case err != nil:
		s.unknown("the rule of the store: %v", err)
		return
	case rule.Mode == "":
		s.missing("the store does not lock new objects")
		return
	}
	for _, v := range versions {
		lock, err := store.Lock(ctx, v.Key, v.ID)
		switch {
		case err != nil:
			s.unknown("%s: %v", v.Key, err)
		case lock.Mode == "":
			s.missing("%s is not locked", v.Key)
		case rule.Mode == approvals.Compliance && lock.Mode != approvals.Compliance:
			s.missing("%s is locked in mode %s, and the store locks in mode %s", v.Key, lock.Mode, rule.Mode)
		case lock.Until.Add(clockSkew).Before(v.Modified.Add(rule.Period)):
			s.missing("%s is locked until %s only, and the store locks for %d days", v.Key, lock.Until.UTC().Format(time.RFC3339), int(rule.Period.Hours()/24))
		}
	}
	if s.result == "" {
		s.found("all %d are locked in mode %s, for %d days at least", len(versions), rule.Mode, int(rule.Period.Hours()/24))
	}
}
