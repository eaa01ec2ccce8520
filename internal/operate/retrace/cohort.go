package retrace

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

// record is the part of docs/decision-record.schema.json that names the scored subjects and the others.
type record struct {
	Run struct {
		Execution string `json:"execution"`
		StartedAt string `json:"startedAt"`
	} `json:"run"`
	Subjects []struct {
		Index   int     `json:"index"`
		Subject string  `json:"subject"`
		Score   float64 `json:"score"`
		Branch  string  `json:"branch"`
	} `json:"subjects"`
	NotScored []struct {
		Index   int    `json:"index"`
		Subject string `json:"subject"`
		Reason  string `json:"reason"`
	} `json:"notScored"`
}

// cohort returns the outcome of a cohort, and its subjects as the decision records have them.
func (r *retracing) cohort(ctx context.Context, trial string) (*outcome.Cohort, []outcome.Subject, error) {
	c := outcome.OfCohort(trial, r.execution, r.alerts, r.redact, &outcome.Children{})
	found := map[int]*outcome.Subject{}
	last := -1
	if bucket := r.bucket(); bucket != "" {
		folder := workflow.RecordsOf(trial, r.described.ARN, workflow.Started(r.described.StartedAt))
		c.Records = "s3://" + bucket + "/" + folder
		store := r.Records(bucket)
		for object, err := range store.List(ctx, folder, "") {
			if err != nil {
				return nil, nil, fmt.Errorf("the decision records below %s: %w", c.Records, err)
			}
			if object.Versions[len(object.Versions)-1].Deleted {
				continue
			}
			if err := r.add(ctx, store, object, found); err != nil {
				return nil, nil, fmt.Errorf("the decision record s3://%s/%s: %w", bucket, object.Key, err)
			}
			c.MapRun.Batches++
		}
	}
	for line := range found {
		last = max(last, line)
	}
	counts, _ := r.last(workflow.Counts).(*value.Object)
	counted, _ := counts.Value("subjects").(float64)
	var subjects []outcome.Subject
	for line := range max(last+1, int(counted)) {
		s := found[line]
		if s == nil { // The cohort has the id, and the features.
			s = &outcome.Subject{Subject: fmt.Sprint("line ", line+1), Decision: outcome.Undecided, Reason: "no decision record names the line of the cohort"}
		}
		s.Line = line + 1
		subjects = append(subjects, *s)
		c.Add(s)
	}
	return c, subjects, nil
}

// maxLines is more lines than a cohort can have: 10,000 batches of 1,000 subjects.
const maxLines = 10_000_001

// decisions are the decisions by the branches that a record can have.
var decisions = map[string]outcome.Decision{workflow.AlertBranch: outcome.HighRisk, workflow.NoAlertBranch: outcome.LowRisk}

// add adds the subjects of a record.
func (r *retracing) add(ctx context.Context, store records.Store, object records.Object, found map[int]*outcome.Subject) error {
	body, err := store.Read(ctx, object.Key, object.Versions[len(object.Versions)-1].ID)
	if err != nil {
		return err
	}
	var said record
	if strictjson.Unmarshal(body.Body, &said) != nil { // The error may quote the record.
		return errors.New("it is not valid")
	}
	if said.Run.Execution != r.described.ARN || said.Run.StartedAt != workflow.Started(r.described.StartedAt) {
		return errors.New("it is of another execution")
	}
	batch := strings.TrimSuffix(path.Base(object.Key), path.Ext(object.Key))
	for _, s := range said.Subjects {
		decision, known := decisions[s.Branch]
		if !known || found[s.Index] != nil || s.Index < 0 || s.Index >= maxLines {
			return fmt.Errorf("it names line %d of the cohort, which is in another record, or with an unknown branch", s.Index+1)
		}
		found[s.Index] = &outcome.Subject{Subject: s.Subject, RiskScore: &s.Score, Decision: decision, Batch: batch}
	}
	for _, s := range said.NotScored {
		if found[s.Index] != nil || s.Index < 0 || s.Index >= maxLines {
			return fmt.Errorf("it names line %d of the cohort, which is in another record", s.Index+1)
		}
		found[s.Index] = &outcome.Subject{Subject: s.Subject, Decision: outcome.Undecided, Batch: batch, Reason: s.Reason}
	}
	return nil
}
