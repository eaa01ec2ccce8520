package proof

import (
	"context"
	"errors"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/workflow"
)

// processed checks the object that the extraction wrote: its version, and the number of its subjects.
func (c *verification) processed(ctx context.Context) {
	object, _ := c.data(workflow.CohortObject).(*value.Object)
	if object == nil {
		object, _ = c.data(workflow.Extracted).(*value.Object)
	}
	s := &said{}
	defer func() { c.add("processed data", s) }()
	bucket, key, version := object.Text("bucket"), object.Text("key"), object.Text("versionId")
	switch {
	case object == nil && c.state(workflow.FindCohort) == nil && c.state(workflow.ReadFeatures) == nil:
		s.found("none in S3: the input of the execution has the features")
		return
	case bucket == "" || key == "":
		s.missing("the execution found no object with processed data")
		return
	case c.Objects == nil:
		s.unknown("S3 is not read: look at s3://%s/%s", bucket, key)
		return
	}
	place := "s3://" + bucket + "/" + key
	if version != "" {
		place += ", version " + version
	}
	n, err := c.Objects.Lines(ctx, bucket, key, version)
	switch want := c.counts(); {
	case errors.Is(err, ErrAbsent):
		s.missing("%s does not exist", place)
	case err != nil:
		s.unknown("%s: %v", place, err)
	case want == nil:
		s.found("%s has %d lines", place, n)
	case n != number(want, "subjects"):
		s.missing("%s has %d lines, and the execution counted %d subjects", place, n, number(want, "subjects"))
	default:
		s.found("%s has %d lines, as many as the execution counted subjects", place, n)
	}
}
