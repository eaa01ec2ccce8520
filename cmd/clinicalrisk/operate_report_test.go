package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/outcome"
)

func TestReportOfAnExecution(t *testing.T) {
	d := deploy(t, answerTasks)
	d.operate("start", "--name", "one", "--wait", write(t, "in.jsonl", input("S-1")))
	d.operate("start", "--name", "two", "--wait", write(t, "in.jsonl", broken("S-2")))
	page := filepath.Join(t.TempDir(), "report.html")
	code, stdout, stderr := d.operate("report", "--json", "--out", page, executionPrefix+"one")
	d.want(code, program.ExitOK, stdout, stderr)
	var summary outcome.Summary
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || summary.Alerts != 1 || summary.ByDecision["HIGH_RISK"] != 1 {
		t.Errorf("%v, summary %s", err, stdout)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "1 subject of 1 at high risk") || strings.Contains(string(text), "secret") {
		t.Errorf("%v, page\n%s", err, text)
	}
	if info, err := os.Stat(page); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, others can read the page", err)
	}
	code, stdout, stderr = d.operate("report", "--out", page, executionPrefix+"two")
	d.want(code, program.ExitFailed, stdout, stderr, "Report: "+page)
	code, stdout, stderr = d.operate("report", "--out", page, executionPrefix+"nobody")
	d.want(code, program.ExitUsage, stdout, stderr, "no such execution in this account and region")
}
