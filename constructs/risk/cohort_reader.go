package risk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// cohortReader reads the items of a cohort: the version that FindCohort saw, from a bucket of the expected owner. The CDK's own reader
// takes neither argument.
type cohortReader struct {
	awsstepfunctions.S3JsonLItemReader
}

func newCohortReader(c *Cohort) *cohortReader {
	r := &cohortReader{}
	awsstepfunctions.NewS3JsonLItemReader_Override(r, &awsstepfunctions.S3FileItemReaderProps{
		Bucket:   c.Bucket,
		Key:      jsii.String(cohortAddress + ".key"),
		MaxItems: jsii.Number(c.MaxSubjects + 1), // one more shows that a cohort is too large
	})
	return r
}

// Render is the reader's part of the definition:
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
func (r *cohortReader) Render(_ awsstepfunctions.QueryLanguage) any {
	return map[string]any{
		"Resource":     r.Resource(),
		"ReaderConfig": map[string]any{"InputType": "JSONL", "MaxItems": r.MaxItems()},
		"Arguments":    ofObject(r.Bucket(), *r.Key(), map[string]any{"VersionId": expression(cohortAddress + ".versionId")}),
	}
}
