package risk

import (
	"testing"
	"time"
)

// Requirements: SRC-06
func TestExtractionsReportAllFaultsAtOnce(t *testing.T) {
	for name, row := range map[string]struct {
		extraction Extraction
		want       string
	}{
		"EMR step": {
			EMRStep{ClusterID: "cluster", Script: "etl.py", Timeout: time.Millisecond},
			`ClusterID must be "j-" and capital letters and digits, got "cluster"
Script must be an S3 URI, "s3://bucket/key", got "etl.py"
Timeout must be whole seconds from 1m0s to 8760h0m0s, got 1ms`,
		},
		"packages and data": {
			EMRStep{ClusterID: "j-1", Script: "s3://b/etl.py", PyFiles: []string{"jobs.zip", "s3://b/jobs.tar"}, Data: &TrialData{
				Tables: "s3://b/tables", LandmarkDays: 3651, CutDate: "2026-02-30", Profile: "s3://b/model/"}},
			`PyFiles must be S3 URIs of .py, .zip, .egg or .whl files, such as "s3://bucket/jobs/jobs.zip", got "jobs.zip"
PyFiles must be S3 URIs of .py, .zip, .egg or .whl files, such as "s3://bucket/jobs/jobs.zip", got "s3://b/jobs.tar"
Data.Tables must be the S3 URI of a folder, "s3://bucket/prefix/", got "s3://b/tables"
Data.LandmarkDays must be from 1 to 3650 days, got 3651
Data.CutDate must be a day, YYYY-MM-DD, got "2026-02-30"
Data.Profile must be the S3 URI of an object, "s3://bucket/model/profile.json", got "s3://b/model/"`,
		},
		"EMR Serverless job": {
			EMRServerlessJob{ApplicationID: "A/1", SparkArguments: []string{"--conf", "a=b c"}, Data: &TrialData{}, LogURI: "logs/"},
			`Script must be an S3 URI, "s3://bucket/key", got ""
ApplicationID must be 1 to 64 lower-case letters and digits, got "A/1"
ExecutionRole is required: the role that the job assumes
SparkArguments must not contain spaces, got "a=b c"
Data.Tables must be the S3 URI of a folder, "s3://bucket/prefix/", got ""
LogURI must be an S3 URI, "s3://bucket/prefix/", got "logs/"`,
		},
		"Glue job": {
			GlueJob{JobName: "etl-*", Arguments: map[string]string{"cutoff": "1", "--ok": "2"}, Timeout: -time.Hour,
				Data: &TrialData{Tables: `s3://b/"x/`}},
			`Timeout must be whole seconds from 1m0s to 8760h0m0s, got -1h0m0s
JobName must be 1 to 255 characters on one line and without *, got "etl-*"
Data.Tables must be the S3 URI of a folder, "s3://bucket/prefix/", got "s3://b/\"x/"
Arguments must have names that begin with "--", got "cutoff"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := row.extraction.Validate(); err == nil || err.Error() != row.want {
				t.Errorf("got\n%v\nwant\n%s", err, row.want)
			}
		})
	}
}

func TestNoExtractionIsValid(t *testing.T) {
	props := validProps()
	props.Extraction = NoExtraction{}
	if err := props.Validate(); err != nil {
		t.Error(err)
	}
}
