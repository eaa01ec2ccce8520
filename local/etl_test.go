package local

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Each platform passes --output in its own way. All write the same cohort.
var jobs = map[string]struct {
	integration string
	service     func(ETL) Service
	parameters  string // with OUTPUT in place of the S3 URI
}{
	"EMR": {addStep, func(e ETL) Service { return EMR{ETL: e} },
		`{"ClusterId": "j-1", "Step": {"Name": "n", "HadoopJarStep": {"Jar": "j", "Args": ["spark-submit", "--output", OUTPUT]}}}`},
	"EMR Serverless": {"emr-serverless:startJobRun.sync", func(e ETL) Service { return EMRServerless{e} },
		`{"ApplicationId": "a", "ExecutionRoleArn": "arn:r", "Name": "n", "ExecutionTimeoutMinutes": 240,
		  "JobDriver": {"SparkSubmit": {"EntryPoint": "s3://c/etl.py", "EntryPointArguments": ["--run-id", "e", "--output", OUTPUT]}}}`},
	"Glue": {"glue:startJobRun.sync", func(e ETL) Service { return Glue{e} },
		`{"JobName": "cohort", "Timeout": 240, "Arguments": {"--output": OUTPUT, "--run_id": "e"}}`},
}

func oneSubject(w io.Writer) error {
	_, err := io.WriteString(w, "{}\n")
	return err
}

func TestJobsWriteTheCohortToTheirOutput(t *testing.T) {
	for platform, job := range jobs {
		s3 := S3{Dir: t.TempDir()}
		parameters := strings.ReplaceAll(job.parameters, "OUTPUT", `"s3://cohorts/a/e/cohort.jsonl"`)
		reply, err := perform(t, job.service(ETL{Cohort: oneSubject, S3: s3}), job.integration, parameters)
		if err != nil || reply.Duration < 3*time.Minute || reply.Duration > 10*time.Minute {
			t.Fatalf("%s: took %v, %v", platform, reply.Duration, err)
		}
		if text, err := os.ReadFile(filepath.Join(s3.Dir, "cohorts", "a", "e", "cohort.jsonl")); err != nil || string(text) != "{}\n" {
			t.Errorf("%s wrote %q, %v", platform, text, err)
		}
	}
}

func TestAJobOfOneSubjectWritesItsFeatures(t *testing.T) {
	for platform, job := range jobs {
		s3 := S3{Dir: t.TempDir()}
		ctx := WithFeatures(t.Context(), "S-1", map[string]any{"age": 71.0, "ae_count": nil})
		parameters := strings.ReplaceAll(job.parameters, "OUTPUT", `"s3://features/e/features.json"`)
		if _, err := performIn(ctx, t, job.service(ETL{S3: s3}), job.integration, parameters); err != nil {
			t.Fatalf("%s: %v", platform, err)
		}
		text, err := os.ReadFile(filepath.Join(s3.Dir, "features", "e", "features.json"))
		if err != nil || string(text) != `{"subject":"S-1","features":{"ae_count":null,"age":71}}`+"\n" {
			t.Errorf("%s wrote %q, %v", platform, text, err)
		}
	}
}

func TestJobsThatCannotWriteAbortTheRun(t *testing.T) {
	for platform, job := range jobs {
		for reason, c := range map[string]struct {
			place  string
			cohort func(io.Writer) error
		}{
			"no cohort":         {`"s3://cohorts/k"`, nil},
			"no S3 URI":         {`"/tmp/cohort"`, oneSubject},
			"a URI without key": {`"s3://cohorts"`, oneSubject},
			"a full disk":       {`"s3://cohorts/k"`, func(io.Writer) error { return fs.ErrInvalid }},
		} {
			service := job.service(ETL{Cohort: c.cohort, S3: S3{Dir: t.TempDir()}})
			if _, err := perform(t, service, job.integration, strings.ReplaceAll(job.parameters, "OUTPUT", c.place)); err == nil {
				t.Errorf("%s, %s: no error", platform, reason)
			}
		}
	}
}

func TestParametersOfJobs(t *testing.T) {
	for _, c := range []struct{ reason, platform, parameters string }{
		{"no role", "EMR Serverless", `{"ApplicationId": "a", "JobDriver": {"SparkSubmit": {"EntryPoint": "e"}}}`},
		{"no driver", "EMR Serverless", `{"ApplicationId": "a", "ExecutionRoleArn": "r"}`},
		{"a Hive job", "EMR Serverless", `{"ApplicationId": "a", "ExecutionRoleArn": "r", "JobDriver": {"Hive": {"Query": "q"}}}`},
		{"no job", "Glue", `{"Arguments": {}}`},
		{"arguments as a list", "Glue", `{"JobName": "n", "Arguments": ["--output"]}`},
	} {
		job := jobs[c.platform]
		if _, err := perform(t, job.service(ETL{}), job.integration, c.parameters); err == nil {
			t.Errorf("%s, %s: no error", c.platform, c.reason)
		}
	}
}
