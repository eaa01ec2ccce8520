package risk

import (
	"testing"
	"time"
)

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
		"EMR Serverless job": {
			EMRServerlessJob{ApplicationID: "A/1", SparkArguments: []string{"--conf", "a=b c"}, LogURI: "logs/"},
			`Script must be an S3 URI, "s3://bucket/key", got ""
ApplicationID must be 1 to 64 lower-case letters and digits, got "A/1"
ExecutionRole is required: the role that the job assumes
SparkArguments must not contain spaces, got "a=b c"
LogURI must be an S3 URI, "s3://bucket/prefix/", got "logs/"`,
		},
		"Glue job": {
			GlueJob{JobName: "etl-*", Arguments: map[string]string{"cutoff": "1", "--ok": "2"}, Timeout: -time.Hour},
			`Timeout must be whole seconds from 1m0s to 8760h0m0s, got -1h0m0s
JobName must be 1 to 255 characters on one line and without *, got "etl-*"
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
