//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/program"
)

// fakeSpark installs a spark-submit that is a shell script, and starts in a folder with the project's job.
func fakeSpark(t *testing.T, script string) (tables, assembly string) {
	t.Helper()
	root := t.TempDir()
	assembly = filepath.Join(packageDir, testAssembly)
	for name, text := range map[string]string{
		"jobs/etl.py": "", "tables/dm.csv": "", ".venv/bin/python": "#!/bin/sh\necho /java\n", ".venv/bin/spark-submit": "#!/bin/sh\n" + script,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("CLINICALRISK_PYTHON", "")
	t.Chdir(root)
	return filepath.Join(root, "tables"), assembly
}

// writes is a job that prints its arguments and writes a cohort and quality.json beside it.
const writes = `echo "$JAVA_HOME $@"
while [ $# -gt 1 ]; do [ "$1" = --output ] && output=$2; shift; done
printf '{"subject":"01-701","site":"701","features":{"age":71}}\n' >"$output"
echo '{}' >"$(dirname "$output")/quality.json"
for reason in screen_failure ended ended; do echo '{"subject":"S","reason":"'$reason'"}'; done >"$(dirname "$output")/excluded.jsonl"
`

// The step's own spark-submit runs, with S3 in the folder of the results.
//
// Requirements: SRC-06
func TestTables(t *testing.T) {
	tables, assembly := fakeSpark(t, writes)
	url := answers(t, 200, isJSON, `{"predictions": [{"id": "0", "risk_score": 0.9}]}`)
	code, stdout, stderr := clinicalrisk(t, "", "run", "--assembly", assembly, "--environment", "full", "--tables", "tables", "--trial", "T-1", "--cut-date", "2026-11-01",
		"--endpoint", url, "--approve", "all")
	if code != program.ExitOK || !strings.Contains(stdout, "1 of 1 subject scored, 1 at high risk") || !strings.Contains(stdout, "3 subjects were left out before scoring: 2 ended, 1 screen_failure") {
		t.Errorf("exit code %d, output\n%s%s", code, stdout, stderr)
	}
	log, err := os.ReadFile("out/logs/spark.log")
	for _, want := range []string{"/java --master local[*] --conf spark.ui.enabled=false --driver-java-options -XX:TieredStopAtLevel=1", " jobs/etl.py --trial-id T-1 --run-id cohort-T-1 --output ", "/out/s3/", " --input " + tables} {
		if err != nil || !strings.Contains(string(log), want) || strings.Contains(string(log), "s3://") {
			t.Errorf("%v, the job ran with\n%s\nwant %q, and no s3://", err, log, want)
		}
	}
	page, err := os.ReadFile("out/report.html")
	for _, want := range []string{"1 subject of 1 at high risk", "quality.json\">Quality of the data", "Spark extracted the cohort on this machine", "left out 3 subjects before scoring, by reason: 2 ended, 1 screen_failure."} {
		if err != nil || !strings.Contains(string(page), want) {
			t.Errorf("%v, the report does not have %q", err, want)
		}
	}
}

// A job that fails is a failed step, and its last lines are shown.
//
// Requirements: SRC-06
func TestTablesThatFail(t *testing.T) {
	for script, want := range map[string]string{
		"echo 26/11/26 INFO noise\necho 'error: dm.csv has no USUBJID' >&2\nexit 3\n": "the Spark job failed (exit status 3); its last lines:\nclinicalrisk:   error: dm.csv has no USUBJID\n",
		"exit 0\n": "the Spark job ended well and wrote no cohort",
	} {
		_, assembly := fakeSpark(t, script)
		code, stdout, stderr := clinicalrisk(t, "", "run", "--assembly", assembly, "--environment", "full", "--tables", "tables")
		if code != program.ExitFailed || !strings.Contains(stderr, want) || strings.Contains(stderr, "noise") || !strings.Contains(stdout, "States.TaskFailed in StartEMRJob") {
			t.Errorf("exit code %d\n%s%s\nwant %q", code, stdout, stderr, want)
		}
		page, err := os.ReadFile("out/report.html")
		if err != nil || !strings.Contains(string(page), "No subject came to the model") || strings.Contains(stdout, "at high risk") || strings.Contains(string(page), "at high risk of dropout") {
			t.Errorf("%v, the page and the output speak of a risk: %s", err, stdout)
		}
	}
}

// An interruption ends the job with the processes that it started.
//
// Requirements: SRC-06
func TestInterruptedTables(t *testing.T) {
	_, assembly := fakeSpark(t, "sleep 60 &\necho $! >child\nwait\n")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			if child, err := os.ReadFile("child"); err == nil && len(child) > 0 {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var stdout, stderr bytes.Buffer
	start := time.Now()
	code := newProgram().Run(ctx, []string{"run", "--assembly", assembly, "--environment", "full", "--tables", "tables"},
		program.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	if code != program.ExitInterrupted || time.Since(start) > 20*time.Second {
		t.Errorf("exit code %d after %v\n%s", code, time.Since(start), &stderr)
	}
	child, err := os.ReadFile("child")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // An orphan of the job may be a zombie for a moment.
		if state, err := os.ReadFile("/proc/" + strings.TrimSpace(string(child)) + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a process of the job is left")
}

// Requirements: SRC-06
func TestUsageOfTables(t *testing.T) {
	_, assembly := fakeSpark(t, writes)
	run := func(arguments ...string) (int, string) {
		code, _, stderr := clinicalrisk(t, "", append([]string{"run", "--assembly", assembly, "--environment", "full"}, arguments...)...)
		return code, stderr
	}
	check := func(want string, arguments ...string) {
		t.Helper()
		if code, stderr := run(arguments...); code != program.ExitUsage || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %s, want %q", code, stderr, want)
		}
	}
	check("--tables none: no such folder", "--tables", "none")
	check("--cut-date requires --tables", "--cut-date", "2026-11-01", "--cohort", "x")
	check(`--cut-date must be a day, YYYY-MM-DD, got "2026-02-30"`, "--cut-date", "2026-02-30", "--tables", "tables")
	check(`--cut-date must not be after today, got "2999-01-01"`, "--cut-date", "2999-01-01", "--tables", "tables")
	check("use either --tables, --cohort or <file>", "--tables", "tables", "--cohort", "x")
	if err := os.Remove("jobs/etl.py"); err != nil {
		t.Fatal(err)
	}
	check("and jobs/etl.py is not there: start the command in the project's folder", "--tables", "tables", "--approve", "none")
	t.Setenv("CLINICALRISK_PYTHON", "/nowhere/python")
	check("--tables runs Spark, and /nowhere/python is missing: run `make python`, which needs Python 3.9 to 3.11, or set CLINICALRISK_PYTHON", "--tables", "tables")
}
