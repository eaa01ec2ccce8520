package runner

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

// decisionRecord is the part of docs/decision-record.schema.json that names the scored subjects and the others.
type decisionRecord struct {
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
		Index  int    `json:"index"`
		Reason string `json:"reason"`
	} `json:"notScored"`
}

// finding is what the records and batches say about the subject at one place of the cohort.
type finding struct {
	subject, batch, reason string
	score                  *float64
	decision               outcome.Decision
}

// cover adds the decision about each subject of the file to the result. The decision records have it. For a subject that they do
// not name, the batch has the reason.
func (r *cohortRun) cover(ctx context.Context, file *intake.File, execution *asl.Execution, result *CohortResult) error {
	found := make([]finding, file.Count)
	for _, b := range r.batches {
		for i := b.First; i < min(b.First+b.Size, len(found)); i++ {
			found[i].batch, found[i].reason = b.Name, cmp.Or(b.Reason, "the decision record does not name the subject")
		}
	}
	if r.ScoresNobody() {
		for i := range found {
			found[i].reason = "the trial is not active"
		}
		return result.add(file, found)
	}
	bucket, _ := field(r.definition, "States", workflow.ScoreCohort, "ItemProcessor", "States", workflow.RecordDecisions, "Arguments", "Bucket").(string)
	if bucket == "" {
		return fmt.Errorf("the definition names no bucket for the decision records: state %s must have the argument Bucket", workflow.RecordDecisions)
	}
	startedAt := workflow.Started(execution.Start)
	folder := workflow.RecordsOf(result.Outcome.TrialID, execution.ARN, startedAt)
	result.Outcome.Records = "s3://" + bucket + "/" + folder
	var keys []string
	for object, err := range r.objects.List(ctx, bucket, folder) {
		if err != nil {
			return err
		}
		keys = append(keys, object.Key)
	}
	for part := range slices.Chunk(keys, 256) { // so that the memory does not depend on the number of records
		records, errs := r.readRecords(ctx, bucket, part)
		for i, key := range part {
			record, err := records[i], errs[i]
			if err == nil && (record.Run.Execution != execution.ARN || record.Run.StartedAt != startedAt) {
				err = fmt.Errorf("it is of another execution, %q, started at %q", record.Run.Execution, record.Run.StartedAt)
			}
			if err == nil {
				err = record.addTo(found, strings.TrimSuffix(path.Base(key), path.Ext(key)))
			}
			if err != nil {
				return fmt.Errorf("decision record s3://%s/%s: %w", bucket, key, err)
			}
		}
	}
	return result.add(file, found)
}

// readRecords reads records on all cores. It returns a record or an error for each key.
func (r *cohortRun) readRecords(ctx context.Context, bucket string, keys []string) ([]*decisionRecord, []error) {
	records, errs := make([]*decisionRecord, len(keys)), make([]error, len(keys))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, key := range keys {
		group.Go(func() error {
			records[i], errs[i] = r.readRecord(ctx, bucket, key)
			return nil
		})
	}
	_ = group.Wait() // errs has the errors
	return records, errs
}

func (r *cohortRun) readRecord(ctx context.Context, bucket, key string) (*decisionRecord, error) {
	body, err := r.objects.Open(ctx, bucket, key)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	var record decisionRecord
	return &record, strictjson.Unmarshal(text, &record)
}

// decisions are the decisions by the branches that a record can have.
var decisions = map[string]outcome.Decision{workflow.AlertBranch: outcome.HighRisk, workflow.NoAlertBranch: outcome.LowRisk}

// addTo adds the findings of the record of a batch to found.
func (record *decisionRecord) addTo(found []finding, batch string) error {
	for _, s := range record.Subjects {
		if s.Index < 0 || s.Index >= len(found) || found[s.Index].score != nil {
			return fmt.Errorf("it names line %d of the cohort, which does not exist or is in another record", s.Index)
		}
		decision, known := decisions[s.Branch]
		if !known {
			return fmt.Errorf("it has the branch %q for line %d of the cohort, want %q or %q", s.Branch, s.Index, workflow.AlertBranch, workflow.NoAlertBranch)
		}
		found[s.Index] = finding{subject: s.Subject, batch: batch, score: &s.Score, decision: decision}
	}
	for _, s := range record.NotScored {
		if s.Index < 0 || s.Index >= len(found) || found[s.Index].score != nil {
			return fmt.Errorf("it says that line %d of the cohort is not scored, which does not exist or is scored", s.Index)
		}
		found[s.Index] = finding{batch: batch, reason: s.Reason}
	}
	return nil
}

// add adds every subject of the file to the result.
func (c *CohortResult) add(file *intake.File, found []finding) error {
	place := 0
	for input, err := range file.Inputs() {
		if err != nil {
			return err
		}
		f := found[place]
		if f.score != nil && f.subject != input.Subject {
			return fmt.Errorf("%s:%d: the decision records name another subject for this line", file.Name, input.Line)
		}
		s := outcome.Subject{Subject: input.Subject, Line: input.Line, RiskScore: f.score, Decision: cmp.Or(f.decision, outcome.Undecided),
			Batch: f.batch, Reason: f.reason}
		if s.Batch == "" {
			s.Reason = c.unread()
		}
		c.Outcome.Add(&s)
		c.Subjects = append(c.Subjects, s)
		place++
	}
	return nil
}

// unread returns the reason why a subject was in no batch.
func (c *CohortResult) unread() string {
	if c.Outcome.Status == asl.Succeeded || c.Outcome.FailedIn == workflow.IncompleteScoring {
		return "the pipeline did not read the cohort to this line"
	}
	return "the execution ended earlier: " + c.Outcome.ErrorName() + " in " + c.Outcome.FailedIn
}
